package sla

import (
	"fmt"
	"reflect"
)

// PolicySet holds all versions of the policies and calendars that tickets are
// still pinned to. It is immutable and safe for concurrent use.
type PolicySet struct {
	byRef  map[string]*Policy
	newest map[string]*Policy // by id
	ids    []string           // in the order given
}

// NewPolicySet compiles all policies against all calendars. Two policies, or
// two calendars, of the same id and version but with other content are an
// error; all faults are returned at once, as [Faults].
func NewPolicySet(policies []PolicyConfig, calendars []*Calendar) (*PolicySet, error) {
	s := &PolicySet{byRef: map[string]*Policy{}, newest: map[string]*Policy{}}
	var faults Faults
	for i := range policies {
		cfg, path := &policies[i], fmt.Sprintf("policies[%d]", i)
		p, err := newPolicy(*cfg, calendars)
		for _, f := range err {
			faults.add(path+"."+f.Path, f.Value, f.Reason)
		}
		if old, ok := s.byRef[p.ref]; ok {
			if !reflect.DeepEqual(old.cfg, p.cfg) {
				faults.add(path, p.ref, "has other content than an earlier policy of the same id and version")
			}
			continue
		}
		s.byRef[p.ref] = p
		switch n := s.newest[cfg.ID]; {
		case n == nil:
			s.ids = append(s.ids, cfg.ID)
			s.newest[cfg.ID] = p
		case n.Version() < p.Version():
			s.newest[cfg.ID] = p
		}
	}
	if err := faults.err(); err != nil {
		return nil, err
	}
	return s, nil
}

// Policy returns one version of a policy by "id@version".
func (s *PolicySet) Policy(ref string) (*Policy, bool) {
	p, ok := s.byRef[ref]
	return p, ok
}

// Newest returns the policy of an id with the highest version.
func (s *PolicySet) Newest(id string) (*Policy, bool) {
	p, ok := s.newest[id]
	return p, ok
}

// For returns the policy that the tracker is pinned to. Where that is missing
// it returns the newest version of the same id and false, so that the ticket
// runs on ([FaultPolicyMissing]); nil where there is none at all.
func (s *PolicySet) For(t Tracker) (*Policy, bool) {
	if p, ok := s.byRef[t.policy]; ok {
		return p, true
	}
	return s.newest[refID(t.policy)], false
}
