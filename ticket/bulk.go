package ticket

import (
	"context"
	"strconv"
)

// BulkResult is what a command brought about on one of many tickets.
type BulkResult struct {
	Ref    Ref
	Result Result
	Err    error // as of [Desk.Do]
}

// DoAll gives a command to many tickets, at most [MaxPage], one after the
// other, each in a commit of its own: one that is refused does not hold up the
// rest. It returns one result for each, in their order. The error is a
// [*Fault] where there are too many. A [Keyed] command is done once for each
// ticket, so that an interrupted run can be repeated as a whole.
func (d *Desk) DoAll(ctx context.Context, actor Actor, refs []Ref, cmd Command) ([]BulkResult, error) {
	if len(refs) > MaxPage {
		return nil, &Fault{Path: "refs", Value: strconv.Itoa(len(refs)), Reason: "are more than " + strconv.Itoa(MaxPage)}
	}
	known := d.newProfiles()
	out := make([]BulkResult, len(refs))
	for i, ref := range refs {
		out[i].Ref = ref
		if out[i].Err = ctx.Err(); out[i].Err != nil {
			continue
		}
		each := cmd
		if k, ok := cmd.(Keyed); ok && k.Key != "" {
			each = Keyed{Key: k.Key + "|" + ref.ID.String(), Command: k.Command}
		}
		out[i].Result, out[i].Err = d.do(ctx, actor, ref, each, known)
	}
	return out, nil
}
