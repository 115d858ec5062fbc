package linear

import (
	"fmt"
	"math"

	"github.com/anishathalye/porcupine"
)

// method is one of a store's.
type method string

const (
	methodLoad    method = "load"
	methodList    method = "list"
	methodLookup  method = "lookup"
	methodClaim   method = "claim"
	methodCommit  method = "commit"
	methodHistory method = "history"  // how many events a ticket has
	methodSums    method = "balances" // or counts
	methodEntries method = "entries"  // how many an account has
)

// input is a call, all of it about one shop.
type input struct {
	shop    int
	method  method
	record  int
	change  [2]change // of a commit, to the shop's two records
	release bool      // the key
	take    bool      // the key, for the record
	posting posting
}

// change is a record's step to its next version; without a value there is none.
type change struct {
	expect int64
	value  string
	due    bool // a claim may return it
}

// posting is what a commit does to the shop's account, or to its counts.
type posting struct {
	phase  phase
	amount int64
}

type phase string

const (
	reserve phase = "reserve"
	post    phase = "post"
	void    phase = "void"
	direct  phase = "direct"
	back    phase = "back" // of what was posted
)

// output is what came back.
type output struct {
	rows    [2]row // those that a load, a list or a claim returned
	holder  int    // of the key, from 1; 0: nobody
	sum     sum
	count   int64 // of events or entries
	refused refusal
	unknown bool // the reply was lost
}

// row is a record; version 0 is none.
type row struct {
	version int64
	value   string
}

type sum struct{ pending, posted int64 }

// refusal is why a commit was none.
type refusal string

const (
	conflict  refusal = "conflict"
	duplicate refusal = "duplicate"
	full      refusal = "full"  // beyond the account's cap
	short     refusal = "short" // more would be taken away than is there
)

// contract is what the three stores do not have in common.
type contract struct {
	reads  []method // beyond those that all have
	phases []phase  // of postings; none: the store sums nothing up
	least  int64    // that may be posted
	most   int64    // that may be pending and posted together
	page   int64    // the most events or entries that a call returns
	// unserialized lets a commit be refused though the versions are those expected.
	unserialized bool
}

// state is one shop.
type state struct {
	rows    [2]row
	due     [2]bool
	holder  int
	sum     sum
	entries int64
}

// step reports whether a shop may answer a call so, and what it is afterwards.
func (c *contract) step(s state, in input, out output) (bool, state) {
	switch in.method {
	case methodLoad:
		return out.rows[in.record] == s.rows[in.record], s
	case methodList:
		return out.rows == s.rows, s
	case methodHistory:
		return out.count == min(s.rows[in.record].version, c.page), s
	case methodLookup:
		return out.holder == s.holder, s
	case methodSums:
		return out.sum == s.sum, s
	case methodEntries:
		return out.count == min(s.entries, c.page), s
	case methodClaim:
		return s.claim(out.rows)
	case methodCommit:
	}
	next, why := c.commit(s, in)
	switch {
	case out.unknown:
		// It may take effect at any time from then on. One that never had any is put
		// at the very end, where nobody sees it.
		return true, next
	case out.refused == conflict && c.unserialized:
		return true, s
	default:
		return out.refused == why, next
	}
}

// claim returns due records, and hides them until a commit. One that somebody else
// is at may be left out.
func (s state) claim(rows [2]row) (bool, state) {
	for i, r := range rows {
		switch {
		case r.version == 0:
		case !s.due[i] || r != s.rows[i]:
			return false, s
		default:
			s.due[i] = false
		}
	}
	return true, s
}

// commit returns what becomes of a shop, or why it stays as it is.
func (c *contract) commit(s state, in input) (state, refusal) {
	next := s
	for i, ch := range in.change {
		if ch.value == "" {
			continue
		}
		if ch.expect != s.rows[i].version {
			return s, conflict
		}
		next.rows[i], next.due[i] = row{ch.expect + 1, ch.value}, ch.due
	}
	if in.release {
		next.holder = 0
	}
	if in.take {
		if next.holder != 0 {
			return s, duplicate
		}
		next.holder = in.record + 1
	}
	if in.posting.phase != "" {
		if why := c.post(&next.sum, in.posting); why != "" {
			return s, why
		}
		next.entries++
	}
	return next, ""
}

func (c *contract) post(s *sum, p posting) refusal {
	switch p.phase {
	case reserve:
		s.pending += p.amount
	case direct:
		s.posted += p.amount
	case post:
		s.pending, s.posted = s.pending-p.amount, s.posted+p.amount
	case void:
		s.pending -= p.amount
	case back:
		s.posted -= p.amount
	}
	switch {
	case (p.phase == post || p.phase == void) && s.pending < 0, p.phase == back && s.posted < c.least:
		return short
	case (p.phase == reserve || p.phase == direct) && s.pending+s.posted > c.most:
		return full
	default:
		return ""
	}
}

// boundless is the contract of a store that sums nothing up.
func boundless(page int64, reads ...method) contract {
	return contract{reads: reads, least: math.MinInt64, most: math.MaxInt64, page: page}
}

// model is the contract as porcupine takes it, shop by shop.
func (c *contract) model(shops int) porcupine.Model {
	return porcupine.Model{
		Partition: func(all []porcupine.Operation) [][]porcupine.Operation {
			parts := make([][]porcupine.Operation, shops)
			for _, op := range all {
				n := op.Input.(input).shop //nolint:forcetypeassert // made by recorder
				parts[n] = append(parts[n], op)
			}
			return parts
		},
		Init: func() any { return state{} },
		Step: func(s, in, out any) (bool, any) {
			return c.step(s.(state), in.(input), out.(output)) //nolint:forcetypeassert // made by recorder
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprintf("%+v -> %+v", in, out) },
	}
}
