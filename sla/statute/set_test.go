package statute_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

func faultsOf(t *testing.T, err error) []string {
	t.Helper()
	require.ErrorIs(t, err, sla.ErrInvalid)
	var faults sla.Faults
	require.ErrorAs(t, err, &faults)
	out := make([]string, len(faults))
	for i, f := range faults {
		out[i] = f.Path + ": " + f.Value + " " + f.Reason
	}
	return out
}

const good = `{"id":"a","kind":"simple","trigger":"e","period":[[1,"day"]],"shift":"none","certainty":"settled"}`

func TestParseReportsEveryFault(t *testing.T) {
	t.Parallel()
	_, err := statute.Parse([]byte(`{
		"Statutes": [],
		"statutes": [
			` + good + `,
			` + good + `,
			{"id":"b c","ID":"b","kind":"odd","trigger":"","pick":"any","period":[[0,"day"],[1,"hour"],[1],7,[10001,"year"],[1001,"werktag"]],
			 "shift":"","shift":"none","certainty":"sure","from":"2026-02-30","to":5,"name":{"DE":"x","en":1}},
			{"id":"d","kind":"simple","trigger":"e","period":[],"shift":"none","certainty":"statute","from":"2026-01-02","to":"2026-01-01"},
			null,
			[]
		],
		"about": 1
	}`))
	all := strings.Join(faultsOf(t, err), "\n")
	for _, want := range []string{
		`Statutes: [] is no field that is known here`, `statutes[2].ID: "b" is no field that is known here`,
		`statutes[2].period[2]: [1] is no pair like [14, "day"]`, `statutes[2].period[3]: 7 is no pair`,
		`statutes[2].shift: "none" is given twice`,
		`statutes[2].from: 2026-02-30 is not a date`, `statutes[2].to: 5 is a JSON number, which does not fit here`, `statutes[2].name.DE: "x" is no field`,
		`statutes[2].name.en: 1 is a JSON number, which does not fit here`, `statutes[2].id: b c is no id`, `statutes[2].kind: odd`, `statutes[2].trigger:`,
		`statutes[2].pick: any`, `statutes[2].certainty: sure`, `statutes[2].period[0]: 0 days lies outside`,
		`statutes[2].period[1]: 1 hour has no unit`, `statutes[2].period[4]: 10001 years lies outside 1 to 10000`, `statutes[2].period[5]: 1001 werktage lies outside 1 to 1000`,
		`statutes[2].period: 6 parts has more parts than 4`,
		`statutes[3].period:  has no length`, `statutes[3].to: 2026-01-01 lies before from`, `statutes[4]: null is no JSON object`,
		`statutes[5]: [] is no JSON object`, `about: 1 is a JSON number, which does not fit here`, `statutes[1].id: a is the id of statutes[0] already`,
	} {
		assert.Contains(t, all, want)
	}
	assert.Equal(t, 1, strings.Count(all, "statutes[2].period[2]"), "what cannot be read is one fault")
	assert.Len(t, faultsOf(t, err), 25, "and no others")
}

func TestParseRefusesOtherJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		``, `{`, `{"about"`, `{"about":}`, `{"about":"x"`, `[]`, `null`, `{}`, `{"statutes":[` + good + `]} x`,
		`{"statutes":[],"statutes":[]}`, `{"statutes":7}`, "{\"statutes\":[" + good + "]}\n{}",
	} {
		_, err := statute.Parse([]byte(text))
		assert.NotEmpty(t, faultsOf(t, err), text)
	}
	set, err := statute.Parse([]byte(`{"statutes":[]}`))
	require.NoError(t, err)
	assert.Zero(t, set.Len())
}

func TestSetOverrides(t *testing.T) {
	t.Parallel()
	longer := rule(t, "de.withdrawal.goods")
	longer.Periods = []sla.Period{{N: 30, Unit: sla.UnitDay}} // a shop that gives 30 days
	own := longer
	own.ID = "shop.return"
	over, err := statute.NewSet(own, longer)
	require.NoError(t, err)
	longer.Periods[0].N = 99 // a set keeps what it was given

	builtin := statute.Builtin()
	set := builtin.With(over)
	assert.Equal(t, 34, set.Len())
	assert.Equal(t, 33, builtin.Len(), "the first set stays")
	got, ok := set.Get("de.withdrawal.goods")
	require.True(t, ok)
	assert.Equal(t, 30, got.Periods[0].N)
	got.Periods[0].N = 1
	again, _ := set.Get("de.withdrawal.goods")
	assert.Equal(t, 30, again.Periods[0].N, "a caller cannot change the set")

	var ids []string
	for s := range set.All() {
		ids = append(ids, s.ID)
		s.Periods = nil
	}
	assert.True(t, slices.IsSorted(ids))
	assert.Equal(t, "shop.return", ids[33])
	for range set.All() {
		break // an early end is no trouble
	}

	_, ok = set.Get("de.nothing")
	assert.False(t, ok)
	var none *statute.Set
	assert.Zero(t, none.Len())
	assert.Equal(t, 33, none.With(builtin).Len())
	assert.Equal(t, 33, builtin.With(nil).Len())

	_, err = statute.NewSet(own, statute.Statute{}, own)
	assert.Contains(t, strings.Join(faultsOf(t, err), "\n"), "statutes[2].id: shop.return is the id of statutes[0] already")
	assert.Contains(t, strings.Join(faultsOf(t, err), "\n"), "statutes[1].kind:")
}

func TestSetJSON(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(statute.Builtin())
	require.NoError(t, err)
	set, err := statute.Parse(data)
	require.NoError(t, err)
	assert.Equal(t, statute.Builtin(), set)

	data, err = json.Marshal(&statute.Set{})
	require.NoError(t, err)
	assert.JSONEq(t, `{"statutes":[]}`, string(data))
}

func TestValidate(t *testing.T) {
	t.Parallel()
	s := rule(t, "de.withdrawal.goods")
	require.NoError(t, s.Validate())
	s.From = sla.Date{Year: 2026, Month: 13, Day: 1}
	s.To = sla.Date{Year: 2026, Month: 2, Day: 30}
	s.Periods = make([]sla.Period, 5)
	assert.Equal(t, "period: 5 parts has more parts than 4", faultsOf(t, s.Validate())[0])
	assert.Contains(t, strings.Join(faultsOf(t, s.Validate()), "\n"), "from: 2026-13-01 is no day")
	assert.Contains(t, strings.Join(faultsOf(t, s.Validate()), "\n"), "to: 2026-02-30 is no day")
	_, err := s.Deadline(events(t, `{"goods_received":"2026-11-02"}`), nil, berlin(t))
	require.ErrorIs(t, err, sla.ErrInvalid)
}

func TestEventsJSON(t *testing.T) {
	t.Parallel()
	es := events(t, `{"a":"2026-11-02","b":["2026-11-02T23:30:00Z","2026-11-03"],"c":true,"d":[]}`)
	assert.Equal(t, statute.Events{
		"a": {statute.On(date(t, "2026-11-02"))},
		"b": {statute.At(time.Date(2026, 11, 2, 23, 30, 0, 0, time.UTC)), statute.On(date(t, "2026-11-03"))},
		"c": {{}},
		"d": {},
	}, es)
	data, err := json.Marshal(es)
	require.NoError(t, err)
	assert.JSONEq(t, `{"a":["2026-11-02"],"b":["2026-11-02T23:30:00Z","2026-11-03"],"c":[true],"d":[]}`, string(data))
	assert.Equal(t, "2026-11-03", es["b"][0].Date(berlin(t)).String(), "half past midnight in Berlin")
	assert.Equal(t, []string{"2026-11-02", "2026-11-02T23:30:00Z", "yes"},
		[]string{es["a"][0].String(), es["b"][0].String(), es["c"][0].String()})

	err = json.Unmarshal([]byte(`{"a":"2026-02-30","b":["x",7],"a":true,"c":false,"d":null,"e":"2026-01-01T0:00:00+24:00"}`), &es)
	assert.Equal(t, []string{
		`a: true is given twice`,
		`a: "2026-02-30" is no date like "2026-11-23", no RFC 3339 instant and not true`,
		`b: "x" is no date like "2026-11-23", no RFC 3339 instant and not true`,
		`c: false is no date like "2026-11-23", no RFC 3339 instant and not true`,
		`d: null is no date like "2026-11-23", no RFC 3339 instant and not true`,
		`e: "2026-01-01T0:00:00+24:00" is no date like "2026-11-23", no RFC 3339 instant and not true`,
	}, faultsOf(t, err))
	assert.NotEmpty(t, es, "a failed read changes nothing")
}

func TestDeadlineJSON(t *testing.T) {
	t.Parallel()
	d := deadline(t, rule(t, "de.warranty.limitation"), `{"delivered":"2024-11-20","defect_shown":"2026-10-31"}`)
	data, err := json.Marshal(d)
	require.NoError(t, err)
	var back statute.Deadline
	require.NoError(t, json.Unmarshal(data, &back))
	assert.Equal(t, d, back)

	require.ErrorIs(t, json.Unmarshal([]byte(`{"zone":"Nowhere/Land"}`), &back), sla.ErrInvalid)
	require.Error(t, json.Unmarshal([]byte(`{"shifted":3}`), &back))
	assert.True(t, statute.Deadline{}.InTime(time.Unix(0, 0)))
}

// TestSteps: every step is told in both languages, and none by its code alone.
func TestSteps(t *testing.T) {
	t.Parallel()
	for code, want := range map[statute.StepCode]sla.Text{
		statute.StepTrigger:       {DE: "Ware erhalten am 23.11.2026; der Tag selbst zählt nicht", EN: "goods received on 23 November 2026; the day itself is not counted"},
		statute.StepLater:         {DE: "Ware erhalten erst am 23.11.2026; gezählt wird ab dann", EN: "goods received only on 23 November 2026; counted from then"},
		statute.StepYearEnd:       {DE: "Beginn mit dem Schluss des Jahres, 23.11.2026", EN: "begins with the end of the year, 23 November 2026"},
		statute.StepPeriod:        {DE: "plus 1 Monat: 23.11.2026 (Monatsende, da der Tag in diesem Monat fehlt)", EN: "plus 1 month: 23 November 2026 (end of the month, which has no such day)"},
		statute.StepPromptly:      {DE: "unverzüglich, sicher also noch am 23.11.2026", EN: "without undue delay, so surely on 23 November 2026"},
		statute.StepNoInstruction: {DE: "keine Belehrung bekannt: 12 Monate und 14 Tage, bis 23.11.2026", EN: "no instruction known: 12 months and 14 days, until 23 November 2026"},
		statute.StepLimit:         {DE: "längstens 12 Monate und 14 Tage, bis 23.11.2026", EN: "12 months and 14 days at the longest, until 23 November 2026"},
		statute.StepNotBefore:     {DE: "Ware erhalten, plus 1 Monat: Ende nicht vor dem 23.11.2026", EN: "goods received, plus 1 month: no end before 23 November 2026"},
		statute.StepTooLate:       {DE: "Ware erhalten erst nach dem Ende: ohne Wirkung", EN: "goods received only after the end: no effect"},
		statute.StepFreeDay:       {DE: "Sonntag, 01.11.2026: weiter zum nächsten Tag", EN: "Sunday, 1 November 2026: on to the next day"},
		statute.StepLocalDay:      {DE: "Sonntag, 01.11.2026: nur in manchen Gemeinden Feiertag; welcher Ort zählt, ist umstritten", EN: "Sunday, 1 November 2026: a holiday in some communities only; which place counts is disputed"},
		statute.StepOwnDay:        {DE: "Sonntag, 01.11.2026: geschlossen, aber kein gesetzlicher Feiertag", EN: "Sunday, 1 November 2026: closed, but no public holiday"},
		statute.StepNoHold:        {DE: "Ware erhalten: kein Zurückbehaltungsrecht", EN: "goods received: no right to withhold"},
		statute.StepHeld:          {DE: "noch nicht fällig: Ware weder zurück noch nachweislich abgesandt", EN: "not due yet: goods neither back nor proved sent"},
		statute.StepReleased:      {DE: "Ware erhalten am 23.11.2026: sofort fällig", EN: "goods received on 23 November 2026: due at once"},
		statute.StepLastDay:       {DE: "letzter Tag: Montag, 23.11.2026, bis 24 Uhr", EN: "last day: Monday, 23 November 2026, until 24:00"},
		statute.StepNotInForce:    {DE: "am 05.06.2026 nicht in Kraft", EN: "not in force on 5 June 2026"},
		statute.StepUnverified:    {DE: "Vorschrift nicht geprüft", EN: "rule not verified"},
		"unheard_of":              {DE: "unheard_of", EN: "unheard_of"},
	} {
		step := statute.Step{
			Code: code, From: date(t, "2026-11-01"), To: date(t, "2026-11-23"), Event: statute.GoodsReceived,
			Period: sla.Period{N: 1, Unit: sla.UnitMonth}, Clamped: code == statute.StepPeriod, Date: date(t, "2026-06-05"),
		}
		assert.Equal(t, want, step.Text(), code)
	}
	for unit, want := range map[sla.Unit]sla.Text{
		sla.UnitDay: {DE: "2 Tage", EN: "2 days"}, sla.UnitBusinessDay: {DE: "2 Arbeitstage", EN: "2 working days"},
		sla.UnitWeek: {DE: "2 Wochen", EN: "2 weeks"}, sla.UnitWerktag: {DE: "2 Werktage", EN: "2 days but Sundays and holidays"},
		sla.UnitMonth: {DE: "2 Monate", EN: "2 months"}, sla.UnitYear: {DE: "2 Jahre", EN: "2 years"},
	} {
		step := statute.Step{Code: statute.StepPeriod, To: date(t, "2026-11-23"), Period: sla.Period{N: 2, Unit: unit}}
		assert.Equal(t, sla.Text{DE: "plus " + want.DE + ": 23.11.2026", EN: "plus " + want.EN + ": 23 November 2026"}, step.Text())
	}
	for s := range statute.Builtin().All() {
		for _, e := range append(s.Required(), s.Optional()...) {
			text := statute.Step{Code: statute.StepTooLate, Event: e, To: date(t, "2026-11-23")}.Text()
			assert.NotContains(t, text.EN, "_", "%s has a name", e)
		}
	}
}
