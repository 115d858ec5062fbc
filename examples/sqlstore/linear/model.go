package linear

import (
	"fmt"

	"github.com/anishathalye/porcupine"
)

// input is a call, output what came back.
type input struct {
	record int
	method string // load, commit or history
	expect int64  // of a commit
	value  string // of a commit
}

type output struct {
	version int64 // of a load; of a history how many events there are
	value   string
	refused bool // a conflict, or no such record
	unknown bool // the reply was lost
}

// state is one record of the model; version 0 is none.
type state struct {
	version int64
	value   string
}

// step is the contract of one record.
func step(s state, in input, out output) (bool, state) {
	switch {
	case in.method == "history":
		return out.version == s.version, s
	case in.method == "load" && s.version == 0:
		return out.refused, s
	case in.method == "load":
		return !out.refused && out.version == s.version && out.value == s.value, s
	case s.version != in.expect:
		return out.refused || out.unknown, s
	default:
		// One whose reply was lost may take effect at any time from then on.
		// One that had none is put at the very end, where nobody sees it.
		return !out.refused, state{s.version + 1, in.value}
	}
}

func model(records int) porcupine.Model {
	return porcupine.Model{
		Partition: func(all []porcupine.Operation) [][]porcupine.Operation {
			parts := make([][]porcupine.Operation, records)
			for _, op := range all {
				n := op.Input.(input).record //nolint:forcetypeassert // made below
				parts[n] = append(parts[n], op)
			}
			return parts
		},
		Init: func() any { return state{} },
		Step: func(s, in, out any) (bool, any) {
			return step(s.(state), in.(input), out.(output)) //nolint:forcetypeassert // made below
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprintf("%+v -> %+v", in, out) },
	}
}
