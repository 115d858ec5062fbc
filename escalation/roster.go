package escalation

import (
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/ticket"
)

// Schedule says who is on duty at an instant; a shift.Schedule is one. It must
// be pure, quick, and safe for concurrent use.
type Schedule interface {
	OnDuty(at time.Time) []string
}

// Roster says who holds the targets of policies: for a [Planner], whose
// Holders it can be, and for [Lint]. It is not to be written to once it is
// used, and is then safe for concurrent use.
type Roster struct {
	// Schedules are what targets of kind on_call name.
	Schedules map[string]Schedule
	// Roles are who has a role, Teams who is of a team. A role or a team that
	// is not listed holds itself: the host knows who that is.
	Roles map[string][]string
	Teams map[string][]string
	// Present tells whether somebody is there; nil: everybody always is.
	Present func(member string, at time.Time) bool
}

// Holders returns who holds a target on a ticket: of a role those of its
// members who are there, of a schedule who is on duty and there, of a team the
// team itself where any of its members is there. An address always holds
// itself. It is for PlannerConfig.Holders.
func (r *Roster) Holders(_ ticket.Ticket, target Target, now time.Time) []string {
	return r.Held(target, now)
}

// Held returns who holds a target at an instant. It is for
// LintOptions.Roster.
func (r *Roster) Held(target Target, at time.Time) []string {
	switch target.Kind {
	case TargetOnCall:
		if s, ok := r.Schedules[target.ID]; ok {
			return r.there(s.OnDuty(at), at)
		}
		return nil
	case TargetRole:
		if members, ok := r.Roles[target.ID]; ok {
			return r.there(members, at)
		}
	case TargetTeam:
		if members, ok := r.Teams[target.ID]; ok && len(r.there(members, at)) == 0 {
			return nil
		}
	case TargetAgent, TargetAssignee:
		return r.there([]string{target.ID}, at)
	case TargetAddress:
	}
	return []string{target.ID}
}

// there returns those who are there.
func (r *Roster) there(members []string, at time.Time) []string {
	return slices.DeleteFunc(slices.Clone(members), func(m string) bool {
		return m == "" || r.Present != nil && !r.Present(m, at)
	})
}
