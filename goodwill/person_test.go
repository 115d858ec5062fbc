package goodwill_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/goodwilltest"
	"github.com/kulanz-go/kulanz/sla"
)

// peter has one grant that was paid, one that was rejected and one that is open.
func peter(t *testing.T) (*shop, []goodwill.Grant) {
	t.Helper()
	var inputs []goodwill.Input
	for i := range 3 {
		in := late()
		in.Case.Customer.Ref, in.Case.Order.ID, in.Case.Ref = "peter", fmt.Sprint("peters-order-", i), "peters-ticket"
		inputs = append(inputs, in)
	}
	s := open(t, house(), append(inputs, late())...)
	var grants []goodwill.Grant
	for _, in := range inputs {
		grants = append(grants, s.propose(t, anna, in))
	}
	_, err := s.Execute(t.Context(), anna, grants[0].Ref())
	require.NoError(t, err)
	_, err = s.Reject(t.Context(), anna, grants[1].Ref())
	require.NoError(t, err)
	other := s.propose(t, anna, late())
	_, err = s.Execute(t.Context(), anna, other.Ref())
	require.NoError(t, err)
	return s, grants
}

func TestExport(t *testing.T) {
	t.Parallel()
	s, grants := peter(t)
	_, err := s.Export(t.Context(), anna, "peter")
	refused(t, err, goodwill.CodeLead)
	out, err := s.Export(t.Context(), chief, "peter")
	require.NoError(t, err)
	require.Len(t, out.Grants, 3)
	paid, err := s.Get(t.Context(), anna, grants[0].Ref())
	require.NoError(t, err)
	assert.Len(t, out.Entries, 2*len(paid.Booked), "of what was paid: reserved and posted")
	for field, purpose := range out.Purposes {
		assert.NotEmpty(t, purpose.DE, field)
		assert.NotEmpty(t, purpose.EN, field)
	}
	data, err := json.Marshal(out)
	require.NoError(t, err)
	assert.Contains(t, string(data), `"settled"`)
	assert.NotContains(t, string(data), "4711", "nobody else's")
	none, err := s.Export(t.Context(), chief, "nobody")
	require.NoError(t, err)
	assert.Empty(t, none.Grants)
}

// dump is everything that the store holds, as text.
func (s *shop) dump(t *testing.T) string {
	t.Helper()
	ctx := t.Context()
	page, err := s.inner.List(ctx, goodwill.Query{Shop: "s", Limit: 100})
	require.NoError(t, err)
	var b strings.Builder
	for _, r := range page.Records {
		fmt.Fprintf(&b, "%s %s %s %v %s\n", r.Kind, r.ID, r.Customer, r.Labels, r.Data)
	}
	entries, err := s.inner.Entries(ctx, goodwill.EntryQuery{Shop: "s", Limit: 100})
	require.NoError(t, err)
	fmt.Fprintln(&b, entries)
	return b.String()
}

func TestErase(t *testing.T) {
	t.Parallel()
	s, grants := peter(t)
	_, err := s.Erase(t.Context(), anna, "peter")
	refused(t, err, goodwill.CodeLead)
	_, err = s.Erase(t.Context(), chief, "")
	require.ErrorIs(t, err, sla.ErrInvalid)
	before, err := s.Entries(t.Context(), chief, goodwill.EntryQuery{Limit: 100})
	require.NoError(t, err)

	out, err := s.Erase(t.Context(), chief, "peter")
	require.NoError(t, err)
	assert.Equal(t, goodwill.Erasure{
		Erased: []goodwill.Ref{grants[1].Ref()},
		Kept: []goodwill.Kept{{
			Ref: grants[0].Ref(), Until: day("2034-12-31"), Retention: "accounting", Source: "§ 257 (1) no. 4, (4) HGB; § 147 (1) no. 4, (3) AO",
		}},
		Open: []goodwill.Ref{grants[2].Ref()},
	}, out, "an offer that stands is not forgotten")
	_, err = s.Reject(t.Context(), anna, grants[2].Ref())
	require.NoError(t, err)
	out, err = s.Erase(t.Context(), chief, "peter")
	require.NoError(t, err)
	assert.Equal(t, goodwill.Erasure{Erased: []goodwill.Ref{grants[2].Ref()}}, out)
	out, err = s.Erase(t.Context(), chief, "peter")
	require.NoError(t, err)
	assert.Empty(t, out, "again finds nothing")

	all := s.dump(t)
	assert.NotContains(t, all, `"peter"`)
	assert.NotContains(t, all, " peter ")
	assert.NotContains(t, all, "peters-ticket")
	assert.NotContains(t, all, "peters-order-1", "what was not paid is not kept")
	assert.Contains(t, all, "peters-order-0", "what was paid is")
	kept, err := s.Get(t.Context(), chief, grants[0].Ref())
	require.NoError(t, err)
	assert.Empty(t, kept.Reasons)
	assert.NotEmpty(t, kept.Parts, "the tax of a credit note is an accounting record")
	assert.NotEmpty(t, kept.Answered.Reference)
	after, err := s.Entries(t.Context(), chief, goodwill.EntryQuery{Limit: 100})
	require.NoError(t, err)
	assert.Equal(t, before, after, "entries stay as they are")
	for _, e := range after {
		assert.NotContains(t, e.Debit+e.Credit, "peter")
		assert.NotContains(t, e.Debit+e.Credit, "4711")
	}
	s.audit(t)
	again := late()
	again.Case.Order.ID = "peters-order-0"
	next := s.propose(t, anna, again) // the order goes on
	_, err = s.Reject(t.Context(), anna, next.Ref())
	require.NoError(t, err)
	_, err = s.Erase(t.Context(), chief, "c-1")
	require.NoError(t, err)

	s.wait(time.Date(2034, 12, 31, 22, 59, 59, 0, time.UTC).Sub(s.now()))
	s.tick(t)
	assert.Contains(t, s.dump(t), "peters-order-0")
	s.wait(time.Second) // the year is over in Berlin
	s.tick(t)
	assert.NotContains(t, s.dump(t), "peters-order-0")
	kept, err = s.Get(t.Context(), chief, grants[0].Ref())
	require.NoError(t, err)
	assert.Empty(t, kept.Order)
	assert.Empty(t, kept.Parts)
	assert.Equal(t, goodwill.StateSettled, kept.State)
	assert.Equal(t, eur(490), kept.Amount)
	s.audit(t)
	_, err = s.Reverse(t.Context(), chief, grants[0].Ref(), "years later")
	require.NoError(t, err)
	s.audit(t)
}

// The desk says what is wrong with its configuration, all of it.
func TestNewDeskFaults(t *testing.T) {
	t.Parallel()
	_, err := goodwill.NewDesk(nil, goodwill.Config{Retention: []goodwill.Retention{{ID: "a", Years: -1}, {ID: "a", Source: "x"}}})
	for _, path := range []string{
		"store", "now", "policies", "orders", "payer", "retention[0].years", "retention[0].source", "retention[1].id",
	} {
		require.ErrorContains(t, err, path)
	}
	require.ErrorIs(t, err, sla.ErrInvalid)
}

// A desk within a transaction of the host's tries once and pays nothing.
func TestBound(t *testing.T) {
	t.Parallel()
	in := withdrawn()
	s := open(t, house(), in)
	bound := s.WithStore(s.faults)
	out, err := bound.Propose(t.Context(), anna, goodwill.Proposal{Input: in})
	require.NoError(t, err)
	ref := out.Grants[0].Ref()
	_, err = bound.Execute(t.Context(), anna, ref)
	require.ErrorIs(t, err, goodwill.ErrBound)
	_, err = bound.Resolve(t.Context(), chief, ref, goodwill.Resolution{})
	require.ErrorIs(t, err, goodwill.ErrBound)
	_, err = bound.Tick(t.Context(), goodwill.TickOptions{})
	require.ErrorIs(t, err, goodwill.ErrBound)
	assert.Empty(t, s.payer.Calls())
	s.faults.Plan(goodwilltest.Fault{Method: goodwilltest.MethodCommit, Err: goodwill.ErrConflict})
	_, err = bound.Reject(t.Context(), anna, ref)
	require.ErrorIs(t, err, goodwill.ErrConflict)
	assert.Equal(t, []goodwilltest.Method{goodwilltest.MethodLoad, goodwilltest.MethodCommit}, s.faults.Calls())
	_, err = s.Reject(t.Context(), anna, ref)
	require.ErrorIs(t, err, goodwill.ErrConflict, "a desk of its own gives up, too, after many tries")
	assert.Greater(t, len(s.faults.Calls()), 60)
}

// What cannot be read back is a fault of that record, and of no other.
func TestCorruptRecord(t *testing.T) {
	t.Parallel()
	in := withdrawn()
	s := open(t, house(), in)
	g := s.propose(t, anna, in)
	bad := goodwill.Record{
		Kind: goodwill.RecordGrant, Shop: "s", ID: [16]byte{1}, Version: 1, Wake: noon(now), Created: noon(now), Data: []byte(`{"v":9}`),
	}
	require.NoError(t, s.inner.Commit(context.Background(), goodwill.Commit{Writes: []goodwill.Write{{Next: bad}}}))
	res, err := s.Tick(t.Context(), goodwill.TickOptions{})
	require.NoError(t, err)
	require.Len(t, res.Faults, 1)
	require.ErrorIs(t, res.Faults[0].Err, goodwill.ErrCorrupt)
	require.Len(t, res.Done, 1)
	assert.Equal(t, goodwill.TickDone{Ref: g.Ref(), State: goodwill.StateSettled}, res.Done[0])
}

func TestBudgetsOfDesk(t *testing.T) {
	t.Parallel()
	in := late()
	s := open(t, house(), in)
	g := s.propose(t, anna, in)
	_, err := s.Execute(t.Context(), anna, g.Ref())
	require.NoError(t, err)
	all, err := s.Budgets(t.Context(), anna, "house")
	require.NoError(t, err)
	require.Len(t, all, 2)
	assert.Equal(t, "budget|all|2026-11-01", all[0].Account)
	assert.Equal(t, eur(490), all[0].Balance.Posted)
	_, err = s.Budgets(t.Context(), anna, "none")
	require.ErrorIs(t, err, goodwill.ErrNotFound)
	list, err := s.List(t.Context(), anna, goodwill.Query{Label: "order:4711", Limit: 5})
	require.NoError(t, err)
	assert.Len(t, list.Grants, 1)
	list, err = s.List(t.Context(), goodwill.Actor{ID: "x", Shop: "other"}, goodwill.Query{Shop: "s", Limit: 5})
	require.NoError(t, err)
	assert.Empty(t, list.Grants, "another shop's are none of its business")
}
