package route

import (
	"errors"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/internal/strictjson"
)

// Agent is one who takes tickets, and how it stands now.
type Agent struct {
	ID        string         `json:"id"`
	Skills    map[string]int `json:"skills,omitempty"` // to the level, from 1
	Languages []string       `json:"languages,omitempty"`
	Teams     []string       `json:"teams,omitempty"`
	Authority int            `json:"authority,omitempty"`
	Capacity  int            `json:"capacity"` // units of work at a time, up to MaxCapacity

	Present bool `json:"present,omitempty"` // on duty now
	// Absent is ill or on leave, as against merely off duty.
	Absent bool `json:"absent,omitempty"`
	// Load is the units of work in hand, LastAssigned when the last one came;
	// zero: never.
	Load         int       `json:"load,omitempty"`
	LastAssigned time.Time `json:"last_assigned,omitzero"`
}

// Roster is all agents of a shop.
type Roster struct {
	Agents []Agent `json:"agents"`
	// Until is when the roster changes next: a shift begins or ends; zero: it is
	// not known. Tickets are looked at again then.
	Until time.Time `json:"until,omitzero"`
}

// ParseRoster reads a roster from JSON, strictly, and checks it.
func ParseRoster(data []byte) (Roster, error) {
	var r Roster
	if err := decode(data, &r); err != nil {
		return Roster{}, err
	}
	return r, r.Check()
}

// ParsePolicy reads a policy from JSON, strictly, and checks it.
func ParsePolicy(data []byte) (Policy, error) {
	var p Policy
	if err := decode(data, &p); err != nil {
		return Policy{}, err
	}
	return p, p.Check()
}

// decode reads JSON strictly; what is wrong with it comes back as [Faults].
func decode(data []byte, v any) error {
	err := strictjson.Unmarshal(data, v)
	var all strictjson.Errors
	if !errors.As(err, &all) {
		return err
	}
	var c check
	for _, e := range all {
		c.fail(e.Path, e.Value, e.Detail)
	}
	return c.err()
}

// Check returns all that is wrong with the roster, as [Faults].
func (r Roster) Check() error {
	var c check
	if len(r.Agents) > maxAgents {
		c.fail("agents", strconv.Itoa(len(r.Agents)), "are more than 10000")
		return c.err()
	}
	seen := make(map[string]bool, len(r.Agents))
	for i, a := range r.Agents {
		path := "agents[" + strconv.Itoa(i) + "]"
		if a.ID == "" || len(a.ID) > maxID {
			c.fail(path+".id", a.ID, "is not 1 to 64 bytes")
		}
		if seen[a.ID] {
			c.fail(path+".id", a.ID, "is given twice")
		}
		seen[a.ID] = true
		if a.Capacity < 0 || a.Capacity > MaxCapacity {
			c.fail(path+".capacity", strconv.Itoa(a.Capacity), "is not 0 to 1000")
		}
		if a.Load < 0 || a.Load > 1<<20 {
			c.fail(path+".load", strconv.Itoa(a.Load), "is not 0 to 1048576")
		}
		for skill, level := range a.Skills {
			if level < 1 {
				c.fail(path+".skills."+skill, strconv.Itoa(level), "is below 1")
			}
		}
	}
	return c.err()
}
