package statute_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/holiday"
	"github.com/kulanz-go/kulanz/sla/statute"
)

func date(tb testing.TB, s string) sla.Date {
	tb.Helper()
	d, err := sla.ParseDate(s)
	require.NoError(tb, err)
	return d
}

func events(tb testing.TB, text string) statute.Events {
	tb.Helper()
	var es statute.Events
	require.NoError(tb, json.Unmarshal([]byte(text), &es))
	return es
}

func rule(tb testing.TB, id string) statute.Statute {
	tb.Helper()
	s, ok := statute.Builtin().Get(id)
	require.True(tb, ok, id)
	return s
}

func land(tb testing.TB, code holiday.Land) *holiday.Region {
	tb.Helper()
	r, err := holiday.Germany(code)
	require.NoError(tb, err)
	return r
}

func deadline(tb testing.TB, s statute.Statute, what string) statute.Deadline {
	tb.Helper()
	d, err := s.Deadline(events(tb, what), land(tb, holiday.NW), berlin(tb))
	require.NoError(tb, err)
	return d
}

// TestKinds: what the reference table leaves open, reasoned here.
func TestKinds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule, events  string
		rawEnd, lastD string
	}{
		// § 475e (3) BGB protects defects that show within the limitation; this one
		// showed a day after its end.
		"defect after the end": {
			"de.warranty.limitation", `{"delivered":"2024-11-20","defect_shown":"2026-11-21","cured_item_returned":"2026-12-01"}`,
			"2026-11-20", "2026-11-20",
		},
		// It may still show on the last day: four months from 20 November 2026 end on
		// Saturday, 20 March 2027.
		"defect on the last day": {
			"de.warranty.limitation", `{"delivered":"2024-11-20","defect_shown":"2026-11-20"}`, "2027-03-20", "2027-03-22",
		},
		// "First showed": the later dates of the same defect do not count; 30 October
		// plus 4 months is the end of February 2027, a Sunday.
		"defect shown twice": {
			"de.warranty.limitation", `{"delivered":"2024-11-20","defect_shown":["2026-11-19","2026-10-30"]}`, "2027-02-28", "2027-03-01",
		},
		// The two months run from each handing over, so from the last: 15 April 2027.
		"cured twice": {
			"de.warranty.limitation",
			`{"delivered":"2024-11-20","defect_shown":"2026-10-01","cured_item_returned":["2027-02-15","2026-12-01"]}`,
			"2027-04-15", "2027-04-15",
		},
		// § 286 (3) BGB needs both; an invoice before the due date changes nothing.
		"invoice first":   {"de.default.30days", `{"due":"2026-11-02","invoice_received":"2026-10-01"}`, "2026-12-02", "2026-12-02"},
		"invoice unknown": {"de.default.30days", `{"due":"2026-11-02"}`, "2026-12-02", "2026-12-02"},
		// Raw end Saturday 21 November, last day Monday 23: goods back on the Sunday
		// between are back in time, and Monday stays.
		"back before the shifted end": {
			"de.withdrawal.refund.hold", `{"withdrawal_received":"2026-11-07","goods_returned":"2026-11-22"}`, "2026-11-21", "2026-11-23",
		},
		// All parts have to be back (Friday 4 December), unless sending them was
		// proved before.
		"parts back": {
			"de.withdrawal.refund.hold", `{"withdrawal_received":"2026-11-07","goods_returned":["2026-11-10","2026-12-04"]}`, "2026-12-04", "2026-12-04",
		},
		"proof first": {
			"de.withdrawal.refund.hold",
			`{"withdrawal_received":"2026-11-07","goods_returned":"2026-12-04","dispatch_proof":"2026-12-02"}`,
			"2026-12-02", "2026-12-02",
		},
		// Released on a Saturday after the 14 days: due at once, no shift.
		"released on a weekend": {
			"de.withdrawal.refund.hold", `{"withdrawal_received":"2026-11-02","goods_returned":"2026-11-28"}`, "2026-11-28", "2026-11-28",
		},
		"withheld": {"de.withdrawal.refund.hold", `{"withdrawal_received":"2026-11-02"}`, "", ""},
		"pickup": {
			"de.withdrawal.refund.hold", `{"withdrawal_received":"2026-11-02","pickup_offered":true,"goods_returned":"2026-12-01"}`,
			"2026-11-16", "2026-11-16",
		},
		// Instruction on the day of receipt: the period begins with either.
		"instructed with the goods": {
			"de.withdrawal.effective", `{"goods_received":"2026-11-02","instruction_given":["2026-11-05","2026-11-02"]}`, "2026-11-16", "2026-11-16",
		},
		// Never instructed: 28 February 2027 plus 14 days, a Sunday.
		"never instructed": {"de.withdrawal.effective", `{"goods_received":"2026-02-28"}`, "2027-03-14", "2027-03-15"},
		"promptly":         {"de.withdrawal.button.receipt", `{"withdrawal_received":"2026-11-22"}`, "2026-11-22", "2026-11-22"},
		// Three years from the end of 2025 end with Sunday, 31 December 2028; 1 January
		// is a holiday: Tuesday.
		"year end over New Year": {"de.claim.limitation", `{"claim_arose_and_known":"2025-12-31"}`, "2028-12-31", "2029-01-02"},
		// 23:30 UTC on New Year's Eve is already the next year in Berlin.
		"year end by the clock": {"de.retention.letter", `{"document_created":"2026-12-31T23:30:00Z"}`, "2033-12-31", "2033-12-31"},
		"leap day":              {"de.payment.unauthorised", `{"debited":"2026-12-31"}`, "2028-01-31", "2028-01-31"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := deadline(t, rule(t, c.rule), c.events)
			if c.lastD == "" {
				assert.False(t, d.Due())
				assert.True(t, d.RawEnd.IsZero())
				assert.True(t, d.InTime(time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC)), "nothing is late while nothing is due")
				_, ok := d.Ends()
				assert.False(t, ok)
				return
			}
			assert.Equal(t, c.rawEnd, d.RawEnd.String())
			assert.Equal(t, c.lastD, d.LastDay.String())
			assert.Equal(t, c.rawEnd != c.lastD, d.Shifted)
		})
	}
}

func TestWorkingDayPeriods(t *testing.T) {
	t.Parallel()
	s := rule(t, "de.withdrawal.goods")
	for _, c := range []struct {
		period sla.Period
		from   string
		want   string
	}{
		// Christmas 2026: 24 Thursday, 25 and 26 holidays, 27 Sunday, 28 Monday.
		{sla.Period{N: 1, Unit: sla.UnitBusinessDay}, "2026-12-24", "2026-12-28"},
		{sla.Period{N: 3, Unit: sla.UnitBusinessDay}, "2026-12-23", "2026-12-29"},
		{sla.Period{N: 2, Unit: sla.UnitWerktag}, "2026-11-20", "2026-11-23"}, // Saturday 21 counts
		{sla.Period{N: 2, Unit: sla.UnitBusinessDay}, "2026-11-20", "2026-11-24"},
		{sla.Period{N: 15, Unit: sla.UnitBusinessDay}, "2026-11-02", "2026-11-23"}, // PSD2, article 101 (2)
	} {
		s.Periods, s.Shift = []sla.Period{c.period}, statute.NoShift
		d := deadline(t, s, `{"goods_received":"`+c.from+`"}`)
		assert.Equal(t, c.want, d.LastDay.String(), c.period)
	}
}

func TestInForce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rule, events string
		in           bool
		on           string
	}{
		{"de.warranty.presumption", `{"risk_passed":"2021-12-31"}`, false, "2021-12-31"},
		{"de.warranty.presumption", `{"risk_passed":"2022-01-01"}`, true, "2022-01-01"},
		// The contract decides where it is known, in the zone's dates.
		{"de.warranty.presumption", `{"risk_passed":"2022-01-05","contract_concluded":"2021-12-31T22:59:59Z"}`, false, "2021-12-31"},
		{"de.warranty.presumption", `{"risk_passed":"2022-01-05","contract_concluded":"2021-12-31T23:00:00Z"}`, true, "2022-01-01"},
		{"de.warranty.presumption.old", `{"risk_passed":"2022-01-05","contract_concluded":"2021-12-31"}`, true, "2021-12-31"},
		{"de.warranty.presumption.old", `{"risk_passed":"2022-01-05"}`, false, "2022-01-05"},
	} {
		d := deadline(t, rule(t, c.rule), c.events)
		assert.Equal(t, c.in, d.InForce, c.events)
		assert.Equal(t, c.on, d.JudgedOn.String())
		assert.True(t, d.Due(), "it is computed all the same")
		last := d.Trace[len(d.Trace)-1]
		assert.Equal(t, !c.in, last.Code == statute.StepNotInForce)
	}
}

func TestCertainty(t *testing.T) {
	t.Parallel()
	repair := deadline(t, rule(t, "de.warranty.repair_extension"), `{"delivered":"2026-08-03"}`)
	assert.Equal(t, statute.Unverified, repair.Certainty)
	assert.Equal(t, statute.StepUnverified, repair.Trace[len(repair.Trace)-1].Code)

	s := rule(t, "de.withdrawal.goods")
	for _, c := range []struct {
		land holiday.Land
		day  string // goods received
		last string
		want statute.Certainty
	}{
		{holiday.BY, "2028-08-01", "2028-08-15", statute.Disputed},
		{holiday.BYCatholic, "2028-08-01", "2028-08-16", statute.Disputed},
		{holiday.SL, "2028-08-01", "2028-08-16", statute.ByStatute}, // the whole Land keeps it
		{holiday.BY, "2028-07-31", "2028-08-14", statute.ByStatute},
		// Raw end Saturday 13 August 2022, so Monday 15 if that is none.
		{holiday.BY, "2022-07-30", "2022-08-15", statute.Disputed},
		{holiday.BYCatholic, "2022-07-30", "2022-08-16", statute.Disputed},
		// On a Sunday the place does not matter.
		{holiday.BY, "2027-08-01", "2027-08-16", statute.ByStatute},
		{holiday.SN, "2027-05-13", "2027-05-27", statute.Disputed}, // Corpus Christi
	} {
		d, err := s.Deadline(events(t, `{"goods_received":"`+c.day+`"}`), land(t, c.land), berlin(t))
		require.NoError(t, err)
		assert.Equal(t, c.last, d.LastDay.String(), "%s %s", c.land, c.day)
		assert.Equal(t, c.want, d.Certainty, "%s %s", c.land, c.day)
	}

	// A shift that is not looked for leaves nothing to dispute.
	s.Shift = statute.NoShift
	d, err := s.Deadline(events(t, `{"goods_received":"2028-08-01"}`), land(t, holiday.BY), berlin(t))
	require.NoError(t, err)
	assert.Equal(t, statute.ByStatute, d.Certainty)
}

// TestOwnClosings: what the host closes moves no legal deadline; a law does.
func TestOwnClosings(t *testing.T) {
	t.Parallel()
	closings := func(source string, closed ...sla.Window) sla.HolidaySource {
		u, err := holiday.With(land(t, holiday.HH), sla.Holiday{Date: date(t, "2026-12-24"), ID: "eve", Source: source, Closed: closed})
		require.NoError(t, err)
		return u
	}
	what := events(t, `{"goods_received":"2026-12-10"}`)
	for _, c := range []struct {
		source sla.HolidaySource
		last   string
		note   bool
	}{
		{closings(""), "2026-12-24", true},
		{closings("a law", sla.Window{Start: 12 * 3600, End: 24 * 3600}), "2026-12-24", true},
		{closings("a law"), "2026-12-28", false},
	} {
		d, err := rule(t, "de.withdrawal.goods").Deadline(what, c.source, berlin(t))
		require.NoError(t, err)
		assert.Equal(t, c.last, d.LastDay.String())
		noted := false
		for _, s := range d.Trace {
			noted = noted || s.Code == statute.StepOwnDay
		}
		assert.Equal(t, c.note, noted)
	}
}

func TestAbsent(t *testing.T) {
	t.Parallel()
	d := deadline(t, rule(t, "de.warranty.limitation"), `{"delivered":"2024-11-20","defect_shown":"2026-10-01"}`)
	assert.Equal(t, []statute.Event{statute.CuredItemReturned}, d.Absent)
	assert.Empty(t, deadline(t, rule(t, "de.withdrawal.goods"), `{"goods_received":"2026-11-02"}`).Absent)
	assert.Equal(t, []statute.Event{statute.GoodsReceived}, rule(t, "de.withdrawal.effective").Required())
	assert.Equal(t, []statute.Event{statute.InstructionGiven}, rule(t, "de.withdrawal.effective").Optional())
}

func TestErrors(t *testing.T) {
	t.Parallel()
	s := rule(t, "de.withdrawal.goods")
	nw, zone := land(t, holiday.NW), berlin(t)
	count := func(s statute.Statute, what statute.Events, source sla.HolidaySource) error {
		_, err := s.Deadline(what, source, zone)
		require.Error(t, err)
		assert.Contains(t, err.Error(), "statute "+s.ID)
		return err
	}

	var missing *statute.MissingError
	require.ErrorAs(t, count(s, nil, nw), &missing)
	assert.Equal(t, &statute.MissingError{Statute: s.ID, Events: []statute.Event{statute.GoodsReceived}}, missing)
	require.ErrorIs(t, count(s, statute.Events{statute.GoodsReceived: {}}, nw), statute.ErrMissingEvent)

	paths := func(err error) []string {
		var faults sla.Faults
		require.ErrorAs(t, err, &faults)
		require.ErrorIs(t, err, sla.ErrInvalid)
		out := make([]string, len(faults))
		for i, f := range faults {
			out[i] = f.Path
		}
		return out
	}
	day := statute.On(date(t, "2026-11-02"))
	none := statute.On(sla.Date{Year: 2026, Month: 2, Day: 30})
	assert.Equal(t, []string{"events.goods_received"}, paths(count(s, statute.Events{statute.GoodsReceived: {day, day}}, nw)))
	assert.Equal(t, []string{"events.goods_received[1]", "events.contract_concluded[0]", "events.goods_received", "holidays"},
		paths(count(s, statute.Events{statute.GoodsReceived: {day, none}, statute.ContractConcluded: {{}}}, nil)))

	// A missing event and faults come together.
	err := count(s, statute.Events{statute.ContractConcluded: {none}}, nil)
	require.ErrorIs(t, err, statute.ErrMissingEvent)
	assert.Equal(t, []string{"events.contract_concluded[0]", "holidays"}, paths(err))

	// Only what needs holidays asks for them.
	_, err = rule(t, "de.retention.letter").Deadline(events(t, `{"document_created":"2026-11-22"}`), nil, zone)
	require.NoError(t, err)

	far := statute.Events{statute.GoodsReceived: {statute.On(sla.Date{Year: 9999, Month: 12, Day: 20})}}
	require.ErrorIs(t, count(s, far, nw), sla.ErrOutOfRange)
	s.Periods = []sla.Period{{N: 1_000, Unit: sla.UnitBusinessDay}}
	require.ErrorIs(t, count(s, far, nw), sla.ErrOutOfRange)
	s.Periods = []sla.Period{{N: 10_000, Unit: sla.UnitYear}}
	require.ErrorIs(t, count(s, statute.Events{statute.GoodsReceived: {day}}, nw), sla.ErrOutOfRange)
	far[statute.GoodsReceived] = statute.Moments{statute.On(sla.Date{Year: 9999, Month: 12, Day: 30})}
	s.Periods = []sla.Period{{N: 1, Unit: sla.UnitDay}} // Friday 31 December 9999, closed: no later day
	require.ErrorIs(t, count(s, far, always{}), sla.ErrOutOfRange)

	s.Periods = []sla.Period{{N: 1, Unit: sla.UnitDay}}
	require.ErrorIs(t, count(s, statute.Events{statute.GoodsReceived: {day}}, always{}), sla.ErrNoWorkingTime)
	s.Periods = []sla.Period{{N: 1, Unit: sla.UnitWerktag}}
	require.ErrorIs(t, count(s, statute.Events{statute.GoodsReceived: {day}}, always{}), sla.ErrNoWorkingTime)
}

// always is a source of nothing but holidays.
type always struct{}

func (always) Holidays(year int) []sla.Holiday {
	days := make([]sla.Holiday, 366)
	for i := range days {
		days[i] = sla.Holiday{Date: sla.Date{Year: year, Month: 1, Day: 1}.AddDays(i), Source: "always"}
	}
	return days
}

func TestZoneDefaultsToBerlin(t *testing.T) {
	t.Parallel()
	d, err := rule(t, "de.withdrawal.goods").Deadline(events(t, `{"goods_received":"2026-11-01T23:30:00Z"}`), holiday.Common(), nil)
	require.NoError(t, err)
	assert.Equal(t, "2026-11-16", d.LastDay.String())
	assert.Equal(t, "Europe/Berlin", d.Zone)
}

// TestEnds: the first instant that is too late, also where midnight is missing
// or comes twice.
func TestEnds(t *testing.T) {
	t.Parallel()
	s := rule(t, "de.retention.letter")
	s.Kind, s.Periods = statute.Simple, []sla.Period{{N: 1, Unit: sla.UnitDay}}
	for _, c := range []struct{ zone, event, want string }{
		{"Europe/Berlin", "2026-03-27", "2026-03-29T00:00:00+01:00"},
		{"Europe/Berlin", "2026-03-28", "2026-03-30T00:00:00+02:00"},
		{"America/Sao_Paulo", "2018-11-02", "2018-11-04T01:00:00-02:00"}, // no midnight
		{"America/Sao_Paulo", "2018-02-16", "2018-02-18T00:00:00-03:00"}, // 23:00 to 24:00 came twice
		{"America/St_Johns", "2010-11-05", "2010-11-07T00:00:00-03:30"},  // midnight came twice
		{"Pacific/Apia", "2011-12-28", "2011-12-31T00:00:00+14:00"},      // 30 December did not come
		{"UTC", "2026-11-22", "2026-11-24T00:00:00Z"},
		{"Europe/Berlin", "2052-12-30", "2053-01-01T00:00:00+01:00"}, // where ZoneBounds of Go 1.26 is a day short
	} {
		zone, err := time.LoadLocation(c.zone)
		require.NoError(t, err)
		d, err := s.Deadline(events(t, `{"document_created":"`+c.event+`"}`), nil, zone)
		require.NoError(t, err)
		ends, ok := d.Ends()
		require.True(t, ok)
		assert.Equal(t, c.want, ends.Format(time.RFC3339), c.zone)
		assert.True(t, d.InTime(ends.Add(-1)), c.zone)
		assert.False(t, d.InTime(ends), c.zone)
	}
}

func TestMomentInstant(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	got, ok := statute.At(at).Instant()
	assert.True(t, ok)
	assert.Equal(t, at, got)
	for _, m := range []statute.Moment{{}, statute.On(sla.DateOf(at, time.UTC))} {
		_, ok := m.Instant()
		assert.False(t, ok)
	}
}
