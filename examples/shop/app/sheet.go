package app

import (
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/examples/shop/sheet"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/ticket"
)

// SheetDays is how far a table of tickets reaches back.
const SheetDays = 92

// Sheet writes the tickets of the last days as a table for spreadsheets. It names
// customers by reference alone.
func (a *App) Sheet(ctx context.Context, who store.Agent, w io.Writer) error {
	out, err := sheet.New(w, "number", "created", "state", "priority", "channel", "reason", "subject", "customer", "orders", "tags",
		"team", "assignee", "first_reply", "contacts")
	if err != nil {
		return err
	}
	from := a.now().AddDate(0, 0, -SheetDays)
	for t, err := range a.each(ctx, AgentActor(who), ticket.Query{}) {
		if err != nil {
			return err
		}
		if t.Created.Before(from) {
			continue
		}
		if err := out.Row(
			t.Number, machine(t.Created), string(t.State), string(t.Priority), string(t.Channel), string(t.Reason), t.Subject, t.Customer.Ref,
			strings.Join(t.Orders, " "), strings.Join(t.Tags, " "), t.Team, t.Assignee, machine(t.FirstReply), strconv.Itoa(t.Counters.Contacts),
		); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return a.DB.Log(ctx, a.now(), who.ID, "sheet", "tickets")
}

func machine(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
