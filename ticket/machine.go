package ticket

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/looplab/fsm"
)

// machine runs transitions on looplab/fsm. The fsm's event is the row's id,
// not the event's name: fsm keeps one target for an event and a source, and
// silently the last. Instances hold nothing but a state, so they are pooled;
// there are no callbacks, since guards and effects are ours and pure.
type machine struct {
	pool sync.Pool
	base context.Context //nolint:containedctx // never done: a caller's could end in mid-transition
}

func newMachine(rows []Row) *machine {
	descs := make(fsm.Events, 0, len(rows))
	for _, r := range rows {
		for _, from := range r.From {
			to := r.To
			if to == "" {
				to = from
			}
			descs = append(descs, fsm.EventDesc{Name: r.ID, Src: []string{string(from)}, Dst: string(to)})
		}
	}
	m := &machine{base: context.Background()}
	m.pool.New = func() any { return fsm.NewFSM("", descs, nil) }
	return m
}

// fire returns the state that the row leads to. An fsm that ended in any way
// but the clean ones is dropped: a panic or a cancelled context leaves it in
// the middle of a transition for good.
func (m *machine) fire(rowID string, from State) (State, error) {
	f, ok := m.pool.Get().(*fsm.FSM)
	if !ok {
		return from, errors.New("ticket: the pool holds no state machine")
	}
	f.SetState(string(from))
	err := f.Event(m.base, rowID)
	if err == nil {
		to := State(f.Current())
		m.pool.Put(f)
		return to, nil
	}
	var same fsm.NoTransitionError
	if errors.As(err, &same) && same.Err == nil {
		m.pool.Put(f)
		return from, nil
	}
	if refusedCleanly(err) {
		m.pool.Put(f)
	}
	return from, fmt.Errorf("ticket: row %q from state %q: %w", rowID, from, err)
}

// refusedCleanly reports whether the machine is as it was.
func refusedCleanly(err error) bool {
	var (
		invalid fsm.InvalidEventError
		unknown fsm.UnknownEventError
	)
	return errors.As(err, &invalid) || errors.As(err, &unknown)
}
