package demo

import (
	"hash/fnv"
	"slices"
	"strconv"
)

// Split parts a world by customer: what somebody writes, and all that comes of it,
// is in one part, in its order. Parts can be played side by side, each on desks of
// its own. They share all but their scripts.
func (w *World) Split(n int) []*World {
	parts := make([]*World, max(n, 1))
	for i := range parts {
		part := *w
		part.Script = nil
		parts[i] = &part
	}
	of := make(map[int]int) // by matter, where it goes
	for _, a := range w.Script {
		i, ok := of[a.Matter]
		if !ok {
			i = partOf(a, len(parts))
			of[a.Matter] = i
		}
		parts[i].Script = append(parts[i].Script, a)
	}
	return slices.DeleteFunc(parts, func(p *World) bool { return len(p.Script) == 0 })
}

// partOf is where a matter goes by its first action, which is a message. Of one that
// nobody known has written, as spam, it does not matter.
func partOf(a Action, n int) int {
	who := strconv.Itoa(a.Matter)
	if a.Receive != nil && a.Receive.Customer.Ref != "" {
		who = a.Receive.Customer.Ref
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(who))       // never fails
	return int(h.Sum32() % uint32(n)) //nolint:gosec // G115: a few
}
