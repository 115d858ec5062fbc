package rights_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/goodwill/rights"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// anyCase draws a case with anything in it.
func anyCase(t *rapid.T) order.Case {
	c := shoes()
	c.Order.Buyer = rapid.SampledFrom([]order.Buyer{"", order.Consumer, order.Consumer, order.Business}).Draw(t, "buyer")
	c.Order.Sale = rapid.SampledFrom([]order.Sale{"", order.Distance, order.Distance, order.OffPremises, order.InStore}).Draw(t, "sale")
	c.Order.Country = rapid.SampledFrom([]string{"DE", "DE", "DE", "AT", ""}).Draw(t, "country")
	for i := range c.Order.Lines {
		l := &c.Order.Lines[i]
		l.Kind = rapid.SampledFrom([]order.Kind{"", order.DigitalGoods, order.DigitalContent, order.DigitalService, order.Service}).Draw(t, "kind")
		l.Traits = rapid.SliceOfN(rapid.SampledFrom([]order.Trait{
			order.CustomMade, order.HygieneSealed, order.Used, order.LiveAnimal, order.Subscription, order.ForConstruction,
		}), 0, 1).Draw(t, "traits")
		l.Guarantees = []order.Guarantee{{By: order.BySeller, Period: sla.Period{N: 3, Unit: sla.UnitYear}, Covers: rapid.Bool().Draw(t, "covers")}}
	}
	kinds := []statute.Event{
		statute.InstructionGiven, statute.GoodsReceived, statute.Delivered, statute.WithdrawalReceived, statute.WithdrawalDispatched,
		statute.GoodsReturned, statute.DispatchProved, statute.DefectShown, statute.CuredItemReturned, statute.Provided,
		statute.ReductionOrTermination, order.Dispatched, order.DeliveryAgreed, order.DeliveryGraceEnds, order.DeliveryRefused,
		order.SealBroken, order.PerformanceStarted, order.PerformanceDone, order.DefectReported, order.CureGraceEnds, order.CureFailed,
		order.CureDone, order.CureRefused,
	}
	c.Order.Events = nil
	for range rapid.IntRange(0, 8).Draw(t, "events") {
		kind := rapid.SampledFrom(kinds).Draw(t, "event")
		at := day("2026-10-30").AddDays(rapid.IntRange(0, 1200).Draw(t, "days"))
		c.Order.Events = append(c.Order.Events, order.Event{Kind: kind, At: statute.On(at)})
	}
	c.Claim = order.Claim{
		Cause: rapid.SampledFrom([]order.Cause{order.CauseChangeOfMind, order.CauseDefect, order.CauseNotDelivered, order.CauseLate}).Draw(t, "cause"),
		Wish:  rapid.SampledFrom([]order.Wish{"", order.WishWithdraw, order.WishRefund}).Draw(t, "wish"),
	}
	facts := reflect.ValueOf(&c.Facts).Elem()
	for i := range facts.NumField() {
		switch f := facts.Field(i).Addr().Interface().(type) {
		case *order.Answer:
			*f = rapid.SampledFrom([]order.Answer{order.Unknown, order.Unknown, order.Yes, order.No}).Draw(t, facts.Type().Field(i).Name)
		case *money.Amount:
			if rapid.Bool().Draw(t, facts.Type().Field(i).Name) {
				*f = eur(rapid.Int64Range(1, 5000).Draw(t, "amount"))
			}
		}
	}
	if c.Facts.SoundValue.Given() && c.Facts.ActualValue.Given() && c.Facts.ActualValue.Minor() > c.Facts.SoundValue.Minor() {
		c.Facts.SoundValue, c.Facts.ActualValue = c.Facts.ActualValue, c.Facts.SoundValue
	}
	return c
}

// TestEntitlementsHold: whatever the case, nothing is paid above what was
// paid, unknown names what is missing, a status has its reasons, a case is
// judged the same twice and not changed, and it can be written as JSON.
func TestEntitlementsHold(t *testing.T) {
	t.Parallel()
	l := law(t, rights.Config{})
	codes := rights.Codes()
	rapid.Check(t, func(t *rapid.T) {
		c := anyCase(t)
		now := noon("2026-10-31").Add(time.Duration(rapid.IntRange(0, 1400).Draw(t, "now")) * 24 * time.Hour)
		before := must(json.Marshal(c))
		report, err := l.Entitlements(&c, now)
		require.NoError(t, err)
		again, err := l.Entitlements(&c, now)
		require.NoError(t, err)
		require.Equal(t, report, again)
		require.Equal(t, before, must(json.Marshal(c)))
		must(json.Marshal(report))

		withdrawn := eur(0)
		for _, e := range report.Entitlements {
			for _, r := range e.Reasons {
				require.Contains(t, codes, r.Code)
			}
			for _, path := range e.Missing {
				require.NotEqual(t, path, order.PathText(path).DE, "what is missing has a name")
			}
			effect := func(s rights.Status) bool {
				return slices.ContainsFunc(e.Reasons, func(r rights.Reason) bool { return r.Effect == s })
			}
			if e.Status == rights.Due {
				require.False(t, effect(rights.Unknown) || effect(rights.Excluded) || effect(rights.Expired) || effect(rights.NotDue))
			} else {
				require.True(t, effect(e.Status), "%+v", e)
				require.False(t, e.Amount.Given())
			}
			if e.Status == rights.Due && e.Ask.Line != "" {
				refund, err := c.Order.Refund(e.Ask)
				require.NoError(t, err)
				require.Equal(t, e.Amount, must(refund.Total()))
			}
			if e.Right == rights.Withdrawal || e.Right == rights.WithdrawalDelivery {
				withdrawn, _ = withdrawn.Add(money.New(e.Amount.Minor(), money.EUR))
			}
		}
		require.LessOrEqual(t, withdrawn.Minor(), must(c.Order.Paid()).Minor())
	})
}

// TestLearningNeverTurns: a fact that is found later never turns a right that
// stands, or one that does not, around: only what is unknown may change. Facts
// that count against one side until they are recorded are left alone.
func TestLearningNeverTurns(t *testing.T) {
	t.Parallel()
	l := law(t, rights.Config{})
	rapid.Check(t, func(t *rapid.T) {
		c := anyCase(t)
		now := noon("2026-10-31").Add(time.Duration(rapid.IntRange(0, 1400).Draw(t, "now")) * 24 * time.Hour)
		before := must(l.Entitlements(&c, now))
		learned := c
		name := rapid.SampledFrom([]string{"Defect", "DigitalConsent", "GuaranteeExcludes", "ReportedPromptly", "DefectAtDelivery", "LimitationSuspended"}).Draw(t, "fact")
		fact, ok := reflect.TypeAssert[*order.Answer](reflect.ValueOf(&learned.Facts).Elem().FieldByName(name).Addr())
		require.True(t, ok)
		if *fact != order.Unknown {
			return
		}
		*fact = rapid.SampledFrom([]order.Answer{order.Yes, order.No}).Draw(t, "answer")
		after := must(l.Entitlements(&learned, now))
		for _, e := range before.Entitlements {
			got, ok := after.Find(e.Right, e.Line)
			if !ok || e.Status == rights.Unknown || assumed(name, e) {
				continue
			}
			require.Equal(t, e.Status == rights.Due, got.Status == rights.Due, "%s: %+v became %+v", name, e, got)
		}
	})
}

// assumed reports whether a right rests on the presumption of section 477, or
// on the limitation that nobody says was suspended.
func assumed(fact string, e rights.Entitlement) bool {
	return fact == "DefectAtDelivery" && e.Has(rights.CodePresumed) || fact == "LimitationSuspended" && e.Status == rights.Expired
}

func BenchmarkWithdrawal(b *testing.B) {
	l := must(rights.New(rights.Config{}))
	c := shoes(on(statute.WithdrawalReceived, "2026-11-10"), on(statute.GoodsReturned, "2026-11-12"))
	now := noon("2026-11-13")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := l.Entitlements(&c, now); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDefect(b *testing.B) {
	l := must(rights.New(rights.Config{}))
	c, now := broken(), noon("2026-12-13")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := l.Entitlements(&c, now); err != nil {
			b.Fatal(err)
		}
	}
}
