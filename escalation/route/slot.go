package route

import (
	"hash/fnv"
	"strconv"

	"github.com/kulanz-go/kulanz/ticket"
)

// What is asked of a desk at once, within its bounds.
const (
	maxAsk     = 40 // wishes; as many keys again may be released
	maxBatches = 2
	probes     = 16 // candidates of one wish
)

// candidate is an agent and the wishes for units of its capacity: one for each
// unit of the weight and each block of 16 units.
type candidate struct {
	agent  string
	wishes []ticket.KeyWish
}

// candidate numbers an agent's capacity from 1 and begins where the hash of ticket
// and instant points to, so that many tickets do not meet at one key. What cannot
// be asked for at once of a very large capacity is left to other instants.
func (l *look) candidate(a *Agent, weight int) candidate {
	c := candidate{agent: a.ID}
	start := spread(l.in.Ticket.ID.String()+l.in.Now.String(), a.Capacity)
	most := min(a.Capacity, maxAsk/weight*probes)
	for block := 0; block < most; block += probes {
		var values []string
		for i := block; i < min(block+probes, most); i++ {
			values = append(values, l.cfg.Name+"|"+a.ID+"|"+strconv.Itoa((start+i)%a.Capacity+1))
		}
		for unit := range min(weight, len(values)) {
			c.wishes = append(c.wishes, ticket.KeyWish{
				Name: a.ID + "|" + strconv.Itoa(block) + "|" + strconv.Itoa(unit), Kind: ticket.KeySlot, Values: values,
			})
		}
	}
	return c
}

// spread maps a name to 0 up to n.
func spread(name string, n int) int {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))              // never fails
	return int(h.Sum64() % uint64(max(1, n))) //nolint:gosec // below n
}

// batches divides the best of a ranking by what can be asked at once.
func (l *look) batches(ranking []string, weight int) [][]candidate {
	var all [][]candidate
	asked := maxAsk
	for _, id := range ranking {
		c := l.candidate(l.agent(id), weight)
		if asked+len(c.wishes) > maxAsk {
			if len(all) == maxBatches {
				break
			}
			all, asked = append(all, nil), 0
		}
		all[len(all)-1] = append(all[len(all)-1], c)
		asked += len(c.wishes)
	}
	return all
}

func (c candidate) answered(grants map[string]string) bool {
	for _, w := range c.wishes {
		if _, ok := grants[w.Name]; !ok {
			return false
		}
	}
	return true
}

// granted returns the wishes that were granted, at most so many.
func (c candidate) granted(grants map[string]string, most int) []ticket.KeyWish {
	var all []ticket.KeyWish
	for _, w := range c.wishes {
		if grants[w.Name] != "" && len(all) < most {
			all = append(all, w)
		}
	}
	return all
}
