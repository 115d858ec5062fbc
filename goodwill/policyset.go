package goodwill

// PolicySet holds all versions of the policies that grants were proposed under. It
// is immutable and safe for concurrent use.
type PolicySet struct {
	byRef  map[string]*Decider // by id@version
	newest map[string]*Decider // by id
}

// NewPolicySet makes a set of policies. Two of one id and version are an error, as
// [sla.Faults].
func NewPolicySet(policies ...*Decider) (*PolicySet, error) {
	c := new(compiler)
	s := c.set(policies)
	if len(policies) == 0 {
		c.add("policies", "", "is missing")
	}
	if len(c.faults) > 0 {
		return nil, c.faults
	}
	return s, nil
}

func (c *compiler) set(policies []*Decider) *PolicySet {
	s := &PolicySet{byRef: map[string]*Decider{}, newest: map[string]*Decider{}}
	for i, p := range policies {
		if s.byRef[p.Ref()] != nil {
			c.add(at("policies", i), p.Ref(), "is there twice")
		}
		s.byRef[p.Ref()] = p
		if n := s.newest[p.policy.ID]; n == nil || n.policy.Version < p.policy.Version {
			s.newest[p.policy.ID] = p
		}
	}
	return s
}

// Policy returns one version of a policy by "id@version".
func (s *PolicySet) Policy(ref string) (*Decider, bool) {
	p, ok := s.byRef[ref]
	return p, ok
}

// Newest returns the policy of an id with the highest version.
func (s *PolicySet) Newest(id string) (*Decider, bool) {
	p, ok := s.newest[id]
	return p, ok
}

// only returns the newest policy where all are of one id.
func (s *PolicySet) only() (*Decider, bool) {
	for _, p := range s.newest {
		return p, len(s.newest) == 1
	}
	return nil, false
}
