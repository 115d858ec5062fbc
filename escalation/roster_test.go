package escalation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// halfDays is a schedule: one before noon, one after.
type halfDays struct{ am, pm string }

func (h halfDays) OnDuty(at time.Time) []string {
	if at.UTC().Hour() < 12 {
		return []string{h.am}
	}
	return []string{h.pm}
}

func testRoster() *escalation.Roster {
	return &escalation.Roster{
		Schedules: map[string]escalation.Schedule{"desk": halfDays{"anna", "ben"}},
		Roles:     map[string][]string{"lead": {"lea", "lou"}, "empty": {}},
		Teams:     map[string][]string{"service": {"anna", "ben"}, "night": {"nils"}},
		Present: func(member string, at time.Time) bool {
			return member != "lou" && member != "nils" && (member != "ben" || at.Hour() < 15)
		},
	}
}

func TestRoster(t *testing.T) {
	r := testRoster()
	for _, tt := range []struct {
		kind  escalation.TargetKind
		id    string
		clock string
		want  []string
	}{
		{escalation.TargetOnCall, "desk", "08:00", []string{"anna"}},
		{escalation.TargetOnCall, "desk", "14:00", []string{"ben"}},
		{escalation.TargetOnCall, "desk", "15:00", nil}, // on duty and not there
		{escalation.TargetOnCall, "other", "08:00", nil},
		{escalation.TargetRole, "lead", "08:00", []string{"lea"}},
		{escalation.TargetRole, "empty", "08:00", nil},
		{escalation.TargetRole, "board", "08:00", []string{"board"}},
		{escalation.TargetTeam, "service", "16:00", []string{"service"}},
		{escalation.TargetTeam, "night", "08:00", nil},
		{escalation.TargetTeam, "logistics", "08:00", []string{"logistics"}},
		{escalation.TargetAgent, "lou", "08:00", nil},
		{escalation.TargetAssignee, "", "08:00", nil},
		{escalation.TargetAddress, "lou", "08:00", []string{"lou"}},
	} {
		got := r.Held(escalation.Target{Kind: tt.kind, ID: tt.id}, at(tt.clock))
		assert.Equal(t, append([]string{}, tt.want...), append([]string{}, got...), "%s %s at %s", tt.kind, tt.id, tt.clock)
	}
	assert.Equal(t, []string{"lea", "lou"}, r.Roles["lead"], "nothing is written")
}

// A planner asks the roster when a step comes due: who is on duty then is
// told, and a level that nobody holds moves the next one forward.
func TestPlannerAsksTheRoster(t *testing.T) {
	text := strings.NewReplacer(`{"kind": "team", "id": "service"}`, `{"kind": "on_call", "id": "desk"}`, `"id": "manager"}`, `"id": "empty"}`).Replace(service)
	w := watch(t, escalation.PlannerConfig{Holders: testRoster().Holders}, tickettest.DeskConfig{Clock: tickettest.NewClock(at("11:45"))}, text)
	ref := w.Ticket(t, tickettest.Spec{}).Ref()
	late := w.Ticket(t, tickettest.Spec{}).Ref()
	w.tick(t, 30*time.Minute)
	w.tick(t, time.Hour)
	assert.Equal(t, []string{"e0|c0|team fired", "e0|c0|lead fired", "e0|c0|manager empty"}, w.steps(t, ref))
	assert.Equal(t, []string{"anna"}, w.explain(t, late, time.Hour).Past[0].Targets)
	w.Clock.Advance(-15 * time.Minute)
	assert.Equal(t, []string{"ben"}, w.explain(t, w.Ticket(t, tickettest.Spec{}).Ref(), time.Hour).Past[0].Targets)

	opt := escalation.LintOptions{Now: at("00:00"), Roster: testRoster().Held}
	assert.Contains(t, lintOf(t, opt, text), escalation.LintWarning{
		Code: escalation.LintNobody, Policy: "service@1", Path: "steps[4].targets", Other: "role:empty",
	})
}
