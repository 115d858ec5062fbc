package ticket

import "slices"

// ActorKind tells who acts.
type ActorKind string

// The kinds of actor.
const (
	ActorCustomer ActorKind = "customer"
	ActorAgent    ActorKind = "agent"
	ActorBot      ActorKind = "bot"
	ActorSystem   ActorKind = "system"
)

// Role is what an agent may do beyond an agent's daily work.
type Role string

// The roles that the built-in rows ask for.
const (
	// RoleLead reopens closed tickets and erases.
	RoleLead Role = "lead"
)

// Actor is who acts. The host authenticates; the library only asks what an
// actor may do, and denies by default.
type Actor struct {
	Kind  ActorKind
	ID    string // the host's pseudonymous reference
	Shop  string
	Roles []Role
}

// Is reports whether the actor has a role.
func (a Actor) Is(r Role) bool { return slices.Contains(a.Roles, r) }

// By returns the actor as the history keeps it.
func (a Actor) By() By { return By{a.Kind, a.ID} }

// By is an actor as the history keeps it.
type By struct {
	Kind ActorKind `json:"kind"`
	ID   string    `json:"id,omitempty"`
}

// maySee reports whether the actor may know of the ticket at all. A ticket of
// another shop or customer does not exist for it.
func (a Actor) maySee(t *Ticket) bool {
	return a.Shop == t.Shop && (a.Kind != ActorCustomer || (a.ID != "" && a.ID == t.Customer.Ref))
}
