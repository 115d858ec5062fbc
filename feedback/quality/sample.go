package quality

import (
	"bytes"
	"cmp"
	"container/heap"
	"crypto/hmac"
	"crypto/sha256"
	"iter"
	"slices"
	"strconv"

	"github.com/kulanz-go/kulanz/internal/desk"
)

// Candidate is a conversation that may be drawn.
type Candidate struct {
	ID      string // the ticket's reference; each once
	Group   string // whose work it is: an agent, or a team
	Stratum string // the kind of case
}

// Plan says how many conversations are drawn.
type Plan struct {
	Shop  string
	Round string // names the draw, as "2026-W48": another round draws anew
	Each  int    // how many of each group, up to 1,000
	// ByStratum draws so many of each group and kind of case.
	ByStratum bool
}

// Drawn is a conversation that was drawn, out of how many. Where as many are drawn
// of each group, what is found is of the groups and not of all conversations: for
// those weight the groups by Of, as feedback.PostStratify does.
type Drawn struct {
	Candidate
	Of int
}

// maxEach bounds what is drawn of a group.
const maxEach = 1000

// Draw draws without replacement: the candidates whose keyed hash is least.
// Every set of so many has the same chance, the order of the candidates makes no
// difference, and one who has the secret can draw again and check. Where there
// are no more than are to be drawn, all are. The result is in the order of group,
// stratum and hash; memory is for what is drawn, not for what is looked at.
func (p Plan) Draw(secret []byte, candidates iter.Seq[Candidate]) ([]Drawn, error) {
	var c check
	c.Name("shop", p.Shop, true)
	c.Name("round", p.Round, true)
	if p.Each < 1 || p.Each > maxEach {
		c.Failf("each", strconv.Itoa(p.Each), "is not 1 to %d", maxEach)
	}
	if len(secret) == 0 {
		c.Failf("secret", "", "is missing: without it anybody can tell who will be drawn")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	urns := map[[2]string]*urn{}
	for one := range candidates {
		key := [2]string{one.Group}
		if p.ByStratum {
			key[1] = one.Stratum
		}
		if urns[key] == nil {
			urns[key] = &urn{}
		}
		urns[key].offer(lot{p.lot(secret, one.ID), one}, p.Each)
	}
	var all []Drawn
	keys := make([][2]string, 0, len(urns))
	for key := range urns {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	for _, key := range keys {
		u := urns[key]
		slices.SortFunc(u.lots, compareLots)
		for _, l := range u.lots {
			all = append(all, Drawn{l.Candidate, u.of})
		}
	}
	return all, nil
}

func (p Plan) lot(secret []byte, id string) [sha256.Size]byte {
	h := hmac.New(sha256.New, secret)
	desk.Feed(h, "kulanz/quality/draw/1", p.Shop, p.Round, id)
	return [sha256.Size]byte(h.Sum(nil))
}

// lot is a candidate with its hash.
type lot struct {
	hash [sha256.Size]byte
	Candidate
}

func compareLots(a, b lot) int {
	return cmp.Or(bytes.Compare(a.hash[:], b.hash[:]), cmp.Compare(a.ID, b.ID))
}

// urn keeps the least lots of a group, the largest of them on top.
type urn struct {
	lots []lot
	of   int
}

func (u *urn) offer(l lot, each int) {
	u.of++
	switch {
	case len(u.lots) < each:
		heap.Push(u, l)
	case compareLots(l, u.lots[0]) < 0:
		u.lots[0] = l
		heap.Fix(u, 0)
	}
}

func (u *urn) Len() int           { return len(u.lots) }
func (u *urn) Swap(i, j int)      { u.lots[i], u.lots[j] = u.lots[j], u.lots[i] }
func (u *urn) Less(i, j int) bool { return compareLots(u.lots[i], u.lots[j]) > 0 }

// Push is for package heap.
func (u *urn) Push(x any) {
	if l, ok := x.(lot); ok {
		u.lots = append(u.lots, l)
	}
}

// Pop is for package heap; nothing is ever popped.
func (u *urn) Pop() any {
	last := u.lots[len(u.lots)-1]
	u.lots = u.lots[:len(u.lots)-1]
	return last
}
