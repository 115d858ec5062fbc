package rights_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/goodwill/rights"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// broken is shoes with a defect that showed on 1 December 2026.
func broken() order.Case {
	c := shoes(on(statute.DefectShown, "2026-12-01", "shoes"))
	c.Claim = order.Claim{Cause: order.CauseDefect, Items: []order.Item{{Line: "shoes", Units: 1}}}
	c.Facts.Defect = order.Yes
	return c
}

// TestCureFirst: the buyer chooses between repair and replacement, and has
// nothing else before the seller had the chance.
func TestCureFirst(t *testing.T) {
	t.Parallel()
	c := broken()
	for right, want := range map[rights.Right]rights.Status{
		rights.Repair: rights.Due, rights.Replacement: rights.Due, rights.Rescission: rights.NotDue, rights.PriceReduction: rights.NotDue,
	} {
		e := find(t, c, "2026-12-05", right, "shoes")
		assert.Equal(t, want, e.Status, right)
		assert.EqualValues(t, 1, e.Units)
		assert.Equal(t, "2027-11-02", lastDay(t, e, rights.ActShow), "§ 477: one year, without a shift")
		assert.Equal(t, "2028-11-02", lastDay(t, e, rights.ActClaim))
		assert.True(t, e.Has(rights.CodePresumed))
		assert.Equal(t, want == rights.NotDue, e.Has(rights.CodeCureFirst), right)
	}
	c.Facts.RepairImpossible, c.Facts.ReplaceCostly = order.Yes, order.Yes
	assert.Equal(t, rights.Excluded, find(t, c, "2026-12-05", rights.Repair, "shoes").Status)
	e := find(t, c, "2026-12-05", rights.Replacement, "shoes")
	assert.True(t, e.Has(rights.CodeCostly))
	e = find(t, c, "2026-12-05", rights.Rescission, "shoes")
	assert.Equal(t, rights.Due, e.Status)
	assert.True(t, e.Has(rights.CodeNoCure))
	assert.Equal(t, eur(5000), e.Amount)
	assert.True(t, e.Withheld)
	assert.Equal(t, rights.Seller, e.ReturnCost)
}

// TestCureOver is each way in which a cure is over, for consumers and between
// businesses.
func TestCureOver(t *testing.T) {
	t.Parallel()
	failed := on(order.CureFailed, "2026-12-10", "shoes")
	for name, test := range map[string]struct {
		change             func(*order.Case)
		consumer, business rights.Status
	}{
		"refused":      {func(c *order.Case) { c.Order.Events = append(c.Order.Events, order.Event{Kind: order.CureRefused}) }, rights.Due, rights.Due},
		"failed once":  {func(c *order.Case) { c.Order.Events = append(c.Order.Events, failed) }, rights.Due, rights.NotDue},
		"failed twice": {func(c *order.Case) { c.Order.Events = append(c.Order.Events, failed, failed) }, rights.Due, rights.Due},
		"unreasonable": {func(c *order.Case) { c.Facts.CureUnreasonable = order.Yes }, rights.Due, rights.Due},
		"serious":      {func(c *order.Case) { c.Facts.SeriousDefect = order.Yes }, rights.Due, rights.NotDue},
		"grace runs": {func(c *order.Case) {
			c.Order.Events = append(c.Order.Events, on(order.CureGraceEnds, "2026-12-20"))
		}, rights.NotDue, rights.NotDue},
		"grace over": {func(c *order.Case) {
			c.Order.Events = append(c.Order.Events, on(order.CureGraceEnds, "2026-12-19"))
		}, rights.Due, rights.Due},
		"cured": {func(c *order.Case) {
			c.Order.Events = append(c.Order.Events, failed, on(order.CureDone, "2026-12-15"))
		}, rights.NotDue, rights.NotDue},
		"failed again": {func(c *order.Case) {
			c.Order.Events = append(c.Order.Events, on(order.CureDone, "2026-12-08"), failed, failed)
		}, rights.Due, rights.Due},
		"trivial": {func(c *order.Case) { c.Facts.Trivial, c.Facts.CureUnreasonable = order.Yes, order.Yes }, rights.Excluded, rights.Excluded},
	} {
		c := broken()
		test.change(&c)
		assert.Equal(t, test.consumer, find(t, c, "2026-12-20", rights.Rescission, "shoes").Status, name)
		c.Order.Buyer, c.Facts.ReportedPromptly, c.Facts.DefectAtDelivery = order.Business, order.Yes, order.Yes
		assert.Equal(t, test.business, find(t, c, "2026-12-20", rights.Rescission, "shoes").Status, "business: %s", name)
	}
}

// TestReduction: 50.00 for what is worth 60 instead of 80 is 37.50; also for a
// trivial defect.
func TestReduction(t *testing.T) {
	t.Parallel()
	c := broken()
	c.Facts.CureUnreasonable, c.Facts.Trivial = order.Yes, order.Yes
	e := find(t, c, "2026-12-05", rights.PriceReduction, "shoes")
	assert.Equal(t, rights.Due, e.Status)
	assert.False(t, e.Amount.Given())
	assert.Equal(t, []string{"facts.sound_value", "facts.actual_value"}, e.Missing)
	c.Facts.SoundValue, c.Facts.ActualValue = eur(8000), eur(6000)
	e = find(t, c, "2026-12-05", rights.PriceReduction, "shoes")
	assert.Equal(t, eur(1250), e.Amount)
	assert.Equal(t, order.Ask{Line: "shoes", Amount: eur(1250)}, e.Ask)
	c.Facts.ActualValue = eur(8000)
	assert.Equal(t, rights.NotDue, find(t, c, "2026-12-05", rights.PriceReduction, "shoes").Status)
}

func TestBurdenOfProof(t *testing.T) {
	t.Parallel()
	late := func() order.Case {
		c := shoes(on(statute.DefectShown, "2027-11-03"))
		c.Claim.Cause, c.Facts.Defect = order.CauseDefect, order.Yes
		return c
	}
	c := late()
	e := find(t, c, "2027-11-10", rights.Repair, "shoes")
	assert.Equal(t, rights.Unknown, e.Status, "a year and a day")
	assert.Contains(t, e.Missing, "facts.defect_at_delivery")
	c.Facts.DefectAtDelivery = order.Yes
	assert.Equal(t, rights.Due, find(t, c, "2027-11-10", rights.Repair, "shoes").Status)
	c.Facts.DefectAtDelivery = order.No
	assert.Equal(t, rights.NotDue, find(t, c, "2027-11-10", rights.Repair, "shoes").Status)

	c = broken()
	c.Order.Lines[0].Traits = []order.Trait{order.LiveAnimal}
	assert.Equal(t, "2027-05-02", lastDay(t, find(t, c, "2026-12-05", rights.Repair, "shoes"), rights.ActShow), "six months for animals")
	c = broken()
	c.Facts.PresumptionRebuts = order.Yes
	assert.Equal(t, rights.Unknown, find(t, c, "2026-12-05", rights.Repair, "shoes").Status)

	former := shoes()
	former.Order.Placed = noon("2021-08-20")
	former.Order.Events = []order.Event{on(statute.GoodsReceived, "2021-08-31"), on(statute.DefectShown, "2022-03-01")}
	former.Claim.Cause, former.Facts.Defect = order.CauseDefect, order.Yes
	e = find(t, former, "2022-03-02", rights.Repair, "shoes")
	assert.Equal(t, "2022-02-28", lastDay(t, e, rights.ActShow), "six months before 2022: WAold-01")
	assert.Equal(t, rights.Unknown, e.Status)
}

// TestLimitation has the dates of WAlim-01, WAlim-03, WAlim-05 and WAuse-01.
func TestLimitation(t *testing.T) {
	t.Parallel()
	with := func(received string, events ...order.Event) order.Case {
		c := shoes()
		c.Order.Placed = noon("2024-11-01")
		c.Order.Events = append([]order.Event{on(statute.GoodsReceived, received)}, events...)
		c.Claim.Cause, c.Facts.Defect, c.Facts.DefectAtDelivery = order.CauseDefect, order.Yes, order.Yes
		return c
	}
	for _, test := range []struct {
		c    order.Case
		last string
	}{
		{with("2024-11-22"), "2026-11-23"},
		{with("2024-11-20", on(statute.DefectShown, "2026-11-10")), "2027-03-10"},
		{with("2024-11-20", on(statute.DefectShown, "2026-10-01"), on(statute.CuredItemReturned, "2027-01-15")), "2027-03-15"},
	} {
		assert.Equal(t, test.last, lastDay(t, find(t, test.c, test.last, rights.Repair, "shoes"), rights.ActClaim))
		assert.Equal(t, rights.Due, find(t, test.c, test.last, rights.Repair, "shoes").Status)
		next := day(test.last).AddDays(1).String()
		assert.Equal(t, rights.Expired, find(t, test.c, next, rights.Repair, "shoes").Status)
	}
	used := with("2025-11-22")
	used.Order.Lines[0].Traits = []order.Trait{order.Used}
	assert.Equal(t, "2027-11-22", lastDay(t, find(t, used, "2026-11-20", rights.Repair, "shoes"), rights.ActClaim))
	used.Facts.ShortLimitAgreed = order.Yes
	assert.Equal(t, "2026-11-23", lastDay(t, find(t, used, "2026-11-20", rights.Repair, "shoes"), rights.ActClaim))

	built := with("2024-11-20")
	built.Order.Lines[0].Traits = []order.Trait{order.ForConstruction}
	assert.Equal(t, "2029-11-20", lastDay(t, find(t, built, "2026-11-20", rights.Repair, "shoes"), rights.ActClaim))

	business := with("2024-11-20", on(statute.DefectShown, "2026-11-10"))
	business.Order.Buyer, business.Facts.ReportedPromptly = order.Business, order.Yes
	assert.Equal(t, "2026-11-20", lastDay(t, find(t, business, "2026-11-20", rights.Repair, "shoes"), rights.ActClaim), "no tail of § 475e")
	business.Facts.ReportedPromptly = order.No
	assert.Equal(t, rights.Excluded, find(t, business, "2026-11-20", rights.Repair, "shoes").Status)

	hidden := with("2022-11-21", on(statute.DefectShown, "2025-06-01"))
	assert.Equal(t, rights.Expired, find(t, hidden, "2026-01-10", rights.Repair, "shoes").Status)
	hidden.Facts.Concealed = order.Yes
	assert.Equal(t, rights.Due, find(t, hidden, "2026-01-10", rights.Repair, "shoes").Status, "three years from the end of 2025")

	talks := with("2024-11-20", on(order.DefectReported, "2026-11-10"), on(statute.DefectShown, "2025-01-01"))
	e := find(t, talks, "2027-01-10", rights.Repair, "shoes")
	assert.Equal(t, rights.Unknown, e.Status)
	assert.Contains(t, e.Missing, "facts.limitation_suspended")
	talks.Facts.LimitationSuspended = order.Yes
	assert.Equal(t, rights.Due, find(t, talks, "2027-01-10", rights.Repair, "shoes").Status)
	talks.Facts.LimitationSuspended = order.No
	assert.Equal(t, rights.Expired, find(t, talks, "2027-01-10", rights.Repair, "shoes").Status)
}

// TestUnverified: the twelve months after a repair count only when switched on.
func TestUnverified(t *testing.T) {
	t.Parallel()
	c := shoes()
	c.Order.Placed = noon("2026-08-05")
	c.Order.Events = []order.Event{on(statute.GoodsReceived, "2026-08-10"), on(order.CureDone, "2027-01-15"), on(order.CureFailed, "2028-08-01")}
	c.Claim.Cause, c.Facts.Defect, c.Facts.DefectAtDelivery = order.CauseDefect, order.Yes, order.Yes
	report := must(law(t, rights.Config{}).Entitlements(&c, noon("2028-10-01")))
	e, _ := report.Find(rights.Repair, "shoes")
	assert.Equal(t, rights.Expired, e.Status)
	assert.Equal(t, []string{"de.warranty.repair_extension"}, report.Ignored)

	on := law(t, rights.Config{Unverified: true})
	e = findIn(t, on, c, "2028-10-01", rights.Repair, "shoes")
	assert.Equal(t, rights.Due, e.Status)
	assert.Equal(t, "2029-08-10", lastDay(t, e, rights.ActClaim))
	assert.Equal(t, statute.Unverified, e.Certainty)
}

func TestGuarantee(t *testing.T) {
	t.Parallel()
	c := broken()
	c.Order.Lines[0].Guarantees = []order.Guarantee{{By: order.ByManufacturer, Period: sla.Period{N: 5, Unit: sla.UnitYear}, Covers: true}}
	e := find(t, c, "2026-12-05", rights.GuaranteeClaim, "shoes")
	assert.Equal(t, rights.Unknown, e.Status)
	assert.Equal(t, []string{"facts.guarantee_excludes"}, e.Missing)
	c.Facts.GuaranteeExcludes = order.No
	e = find(t, c, "2026-12-05", rights.GuaranteeClaim, "shoes")
	assert.Equal(t, rights.Due, e.Status)
	assert.True(t, e.Has(rights.CodeByManufacturer))
	c.Facts.GuaranteeExcludes = order.Yes
	assert.Equal(t, rights.Excluded, find(t, c, "2026-12-05", rights.GuaranteeClaim, "shoes").Status)

	for _, test := range []struct {
		period sla.Period
		want   rights.Status
	}{
		{sla.Period{N: 29, Unit: sla.UnitDay}, rights.Due},
		{sla.Period{N: 28, Unit: sla.UnitDay}, rights.Expired},
		{sla.Period{N: 4, Unit: sla.UnitWeek}, rights.Expired},
		{sla.Period{N: 1, Unit: sla.UnitMonth}, rights.Due},
	} {
		c.Facts.GuaranteeExcludes = order.No
		c.Order.Lines[0].Guarantees[0].Period = test.period
		assert.Equal(t, test.want, find(t, c, "2027-12-05", rights.GuaranteeClaim, "shoes").Status, test.period)
	}
	c.Order.Lines[0].Guarantees[0].Covers = false
	assert.Equal(t, rights.Excluded, find(t, c, "2026-12-05", rights.GuaranteeClaim, "shoes").Status)
}

// TestDelay: ordered on 30 October, so 29 November, a Sunday, is the
// thirtieth day, and Monday the 30th the last.
func TestDelay(t *testing.T) {
	t.Parallel()
	c := shoes()
	c.Order.Events = nil
	c.Claim.Cause = order.CauseLate
	e := find(t, c, "2026-11-30", rights.Delivery, "shoes")
	assert.Equal(t, rights.NotDue, e.Status)
	assert.Equal(t, "2026-11-30", lastDay(t, e, rights.ActDeliver))
	assert.Equal(t, rights.Due, find(t, c, "2026-12-01", rights.Delivery, "shoes").Status)
	e = find(t, c, "2026-12-01", rights.DelayRescission, "shoes")
	assert.Equal(t, rights.NotDue, e.Status)
	assert.True(t, e.Has(rights.CodeGraceFirst))

	c.Order.Events = []order.Event{on(order.DeliveryGraceEnds, "2026-12-14")}
	assert.Equal(t, rights.NotDue, find(t, c, "2026-12-14", rights.DelayRescission, "shoes").Status)
	e = find(t, c, "2026-12-15", rights.DelayRescission, "shoes")
	assert.Equal(t, rights.Due, e.Status)
	assert.Equal(t, eur(10000), e.Amount)

	c.Order.Events = nil
	c.Facts.FixedDate = order.Yes
	assert.Equal(t, rights.Due, find(t, c, "2026-12-01", rights.DelayRescission, "shoes").Status)
	c.Facts.FixedDate = order.Unknown
	c.Order.Events = []order.Event{{Kind: order.DeliveryRefused}, {Kind: order.ParcelLost}}
	assert.Equal(t, rights.Due, find(t, c, "2026-12-01", rights.DelayRescission, "shoes").Status)

	c.Order.Buyer = order.Business
	e = find(t, c, "2026-12-01", rights.Delivery, "shoes")
	assert.Equal(t, rights.Unknown, e.Status)
	assert.Equal(t, []string{"order.events.delivery_agreed"}, e.Missing)
}

func TestDelayDamages(t *testing.T) {
	t.Parallel()
	c := shoes(on(order.DeliveryAgreed, "2026-10-31"))
	c.Claim.Cause = order.CauseLate
	e := find(t, c, "2026-11-05", rights.DelayDamages, "shoes")
	assert.Equal(t, rights.Unknown, e.Status)
	assert.Equal(t, []string{"facts.damage_shown"}, e.Missing)
	c.Facts.DamageShown = eur(1500)
	e = find(t, c, "2026-11-05", rights.DelayDamages, "shoes")
	assert.Equal(t, rights.Due, e.Status, "it came on 2 November, two days late")
	assert.Equal(t, eur(1500), e.Amount)
	assert.Equal(t, rights.NotDue, find(t, c, "2026-11-05", rights.Delivery, "shoes").Status)
	c.Facts.DelayExcused = order.Yes
	assert.Equal(t, rights.Excluded, find(t, c, "2026-11-05", rights.DelayDamages, "shoes").Status)
	c.Facts.DelayExcused = order.No
	c.Order.Events[3] = on(order.DeliveryAgreed, "2026-11-02")
	assert.Equal(t, rights.NotDue, find(t, c, "2026-11-05", rights.DelayDamages, "shoes").Status)
}

func TestNotReceived(t *testing.T) {
	t.Parallel()
	c := shoes(on(order.DeliveryAgreed, "2026-11-02"))
	c.Claim.Cause = order.CauseNotDelivered
	e := find(t, c, "2026-11-10", rights.Delivery, "shoes")
	assert.Equal(t, rights.Unknown, e.Status)
	assert.Equal(t, []string{"facts.delivery_disputed"}, e.Missing)
	c.Facts.DeliveryDisputed = order.Yes
	e = find(t, c, "2026-11-10", rights.Delivery, "shoes")
	assert.Equal(t, rights.Due, e.Status, "it is for the seller to prove")
	assert.True(t, e.Has(rights.CodeSellerProves))
	c.Facts.DeliveryDisputed = order.No
	c.Claim.Cause = order.CauseLate
	assert.Equal(t, rights.NotDue, find(t, c, "2026-11-10", rights.Delivery, "shoes").Status)
}

func download() order.Case {
	c := shoes()
	c.Order.Lines = c.Order.Lines[:1]
	c.Order.Lines[0].Kind, c.Order.Lines[0].Units = order.DigitalContent, 1
	c.Order.Delivery = order.Delivery{}
	c.Order.Events = []order.Event{on(statute.InstructionGiven, "2026-10-30")}
	c.Claim.Cause = order.CauseDigital
	return c
}

func TestDigital(t *testing.T) {
	t.Parallel()
	c := download()
	assert.Equal(t, rights.Due, find(t, c, "2026-11-01", rights.Provision, "shoes").Status)
	assert.Equal(t, rights.NotDue, find(t, c, "2026-11-01", rights.Termination, "shoes").Status)
	c.Order.Events = append(c.Order.Events, on(order.DeliveryGraceEnds, "2026-11-01"), on(statute.ReductionOrTermination, "2026-11-22"), on(statute.ReductionOrTermination, "2026-11-24"))
	e := find(t, c, "2026-11-22", rights.Termination, "shoes")
	assert.Equal(t, rights.Due, e.Status)
	assert.Equal(t, "2026-12-07", lastDay(t, e, rights.ActRefund), "DIref-01")

	c = download()
	c.Order.Events = append(c.Order.Events, on(statute.Provided, "2026-10-30"))
	e = find(t, c, "2026-11-05", rights.DigitalCure, "shoes")
	assert.Equal(t, rights.Unknown, e.Status)
	assert.Equal(t, []string{"facts.defect"}, e.Missing)
	c.Facts.Defect = order.Yes
	e = find(t, c, "2026-11-05", rights.DigitalCure, "shoes")
	assert.Equal(t, rights.Due, e.Status)
	assert.Equal(t, "2027-10-30", lastDay(t, e, rights.ActShow))
	c.Facts.SeriousDefect, c.Facts.SoundValue, c.Facts.ActualValue = order.Yes, eur(100), eur(50)
	assert.Equal(t, eur(10000), find(t, c, "2026-11-05", rights.Termination, "shoes").Amount)
	assert.Equal(t, eur(5000), find(t, c, "2026-11-05", rights.DigitalReduction, "shoes").Amount)
	c.Facts.Trivial = order.Yes
	assert.Equal(t, rights.Excluded, find(t, c, "2026-11-05", rights.Termination, "shoes").Status)

	c.Order.Events = append(c.Order.Events, on(statute.DefectShown, "2028-10-01"))
	c.Facts.DefectAtDelivery = order.Yes
	assert.Equal(t, "2029-02-01", lastDay(t, find(t, c, "2028-11-05", rights.DigitalCure, "shoes"), rights.ActClaim), "§ 327j (4): four months")
}

func TestDigitalWithdrawal(t *testing.T) {
	t.Parallel()
	c := download()
	c.Claim.Wish = order.WishWithdraw
	e := find(t, c, "2026-11-13", rights.Withdrawal, "shoes")
	assert.Equal(t, rights.Due, e.Status)
	assert.Equal(t, "2026-11-13", lastDay(t, e, rights.ActWithdraw))
	assert.Empty(t, e.ReturnCost)
	c.Order.Events = append(c.Order.Events, order.Event{Kind: order.PerformanceStarted})
	for answer, want := range map[order.Answer]rights.Status{order.Unknown: rights.Unknown, order.Yes: rights.Excluded, order.No: rights.Due} {
		c.Facts.DigitalConsent = answer
		assert.Equal(t, want, find(t, c, "2026-11-13", rights.Withdrawal, "shoes").Status)
	}
	c.Facts.DigitalConsent, c.Order.Lines[0].Kind = order.Yes, order.Service
	assert.Equal(t, rights.Due, find(t, c, "2026-11-13", rights.Withdrawal, "shoes").Status, "a service lapses when it is done, not begun")
	c.Order.Events = append(c.Order.Events, order.Event{Kind: order.PerformanceDone})
	assert.Equal(t, rights.Excluded, find(t, c, "2026-11-13", rights.Withdrawal, "shoes").Status)
}

func TestLawIsChecked(t *testing.T) {
	t.Parallel()
	_, err := rights.New(rights.Config{
		Choices:    rights.Choices{ConsumerCures: -1, BusinessCures: -2},
		Exclusions: []rights.Exclusion{{}, {ID: "x", Trait: "y", Source: "z", From: day("2026-01-02"), To: day("2026-01-01")}, {ID: "x", Trait: "y", Source: "z"}},
	})
	var faults sla.Faults
	require.ErrorAs(t, err, &faults)
	paths := make([]string, len(faults))
	for i, f := range faults {
		paths[i] = f.Path
	}
	slices.Sort(paths)
	assert.Equal(t, []string{
		"choices.business_cures", "choices.consumer_cures", "exclusions[0].id", "exclusions[0].source", "exclusions[0].trait",
		"exclusions[1].to", "exclusions[2].id",
	}, paths)

	list, err := rights.ParseExclusions([]byte(`{"exclusions": [{"id": "own", "trait": "perishable", "source": "§ 1", "From": "2026-01-01"}]}`))
	assert.Nil(t, list)
	require.ErrorIs(t, err, sla.ErrInvalid)
	assert.Len(t, rights.Exclusions(), 13)

	c := shoes()
	c.Order.Lines = nil
	_, err = law(t, rights.Config{}).Entitlements(&c, noon("2026-11-10"))
	require.ErrorIs(t, err, sla.ErrInvalid)
}

func TestOwnExclusion(t *testing.T) {
	t.Parallel()
	own := law(t, rights.Config{Exclusions: []rights.Exclusion{{ID: "own", Trait: order.Bulky, Source: "§ 1", From: day("2026-11-01")}}})
	c := shoes(on(statute.WithdrawalReceived, "2026-11-10"))
	c.Order.Lines[0].Traits = []order.Trait{order.Bulky}
	assert.Equal(t, rights.Due, findIn(t, own, c, "2026-11-10", rights.Withdrawal, "shoes").Status, "not law yet when the contract was made")
	c.Order.Placed = noon("2026-11-01")
	e := findIn(t, own, c, "2026-11-10", rights.Withdrawal, "shoes")
	assert.Equal(t, rights.Excluded, e.Status)
	assert.Equal(t, "own", rights.Reason{Code: "own"}.Text().DE)
	c.Order.Sale = order.OffPremises
	e = find(t, c, "2026-11-10", rights.Withdrawal, "shoes")
	assert.Equal(t, rights.Seller, e.ReturnCost, "what cannot be posted is fetched: § 357 (7)")
}

// TestTexts: every code that is ever given has words.
func TestTexts(t *testing.T) {
	t.Parallel()
	codes := rights.Codes()
	assert.Greater(t, len(codes), 80)
	for _, code := range codes {
		text := rights.Reason{Code: code}.Text()
		assert.NotEmpty(t, text.DE, code)
		assert.NotEmpty(t, text.EN, code)
		assert.NotEqual(t, text.DE, text.EN, code)
	}
	for _, e := range rights.Exclusions() {
		assert.Contains(t, codes, rights.Code(e.ID))
	}
}

// TestEveryNameIsWords: what agents read of a right is no code.
func TestEveryNameIsWords(t *testing.T) {
	t.Parallel()
	named := map[string]sla.Text{}
	for _, r := range []rights.Right{
		rights.Withdrawal, rights.WithdrawalDelivery, rights.Repair, rights.Replacement, rights.Rescission, rights.PriceReduction, rights.Delivery,
		rights.DelayRescission, rights.DelayDamages, rights.Provision, rights.DigitalCure, rights.Termination, rights.DigitalReduction, rights.GuaranteeClaim,
	} {
		named[string(r)] = r.Text()
	}
	for _, s := range []rights.Status{rights.Due, rights.NotDue, rights.Expired, rights.Excluded, rights.Unknown} {
		named[string(s)] = s.Text()
	}
	for _, a := range []rights.Act{rights.ActWithdraw, rights.ActReturn, rights.ActRefund, rights.ActConfirm, rights.ActShow, rights.ActClaim, rights.ActDeliver} {
		named[string(a)] = a.Text()
	}
	for _, p := range []rights.Party{rights.Buyer, rights.Seller} {
		named[string(p)] = p.Text()
	}
	for code, text := range named {
		assert.NotEmpty(t, text.DE, code)
		assert.NotEmpty(t, text.EN, code)
		assert.NotEqual(t, code, text.DE)
	}
	assert.Equal(t, sla.Text{DE: "own", EN: "own"}, rights.Right("own").Text())
}
