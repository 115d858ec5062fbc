package sla

import "slices"

// Subject holds the facts of a ticket that rules match on.
type Subject struct {
	Shop         string   `json:"shop,omitempty"`
	Priority     string   `json:"priority,omitempty"`
	Channel      string   `json:"channel,omitempty"`
	Reason       string   `json:"reason,omitempty"`        // the finer of two levels, as in "return_pickup"
	ReasonParent string   `json:"reason_parent,omitempty"` // the coarser level, as in "return"
	Segment      string   `json:"segment,omitempty"`       // customer segment
	Language     string   `json:"language,omitempty"`      // as the host writes it, as in "de"
	Tags         []string `json:"tags,omitempty"`
	FirstContact bool     `json:"first_contact,omitempty"` // the customer never wrote before
}

// Match says which subjects a rule is for. Each field lists values of which
// one must hold; an empty field holds for all, and so does an empty Match.
// Values are compared exactly.
type Match struct {
	Shop         []string `json:"shop,omitempty"`
	Priority     []string `json:"priority,omitempty"`
	Channel      []string `json:"channel,omitempty"`
	Reason       []string `json:"reason,omitempty"` // holds for the reason itself and for its children
	Segment      []string `json:"segment,omitempty"`
	Language     []string `json:"language,omitempty"`
	Tag          []string `json:"tag,omitempty"` // one of the ticket's tags
	FirstContact *bool    `json:"first_contact,omitempty"`
}

// Matches reports whether the rule is for s.
func (m *Match) Matches(s *Subject) bool { return m.mismatch(s) == "" }

// mismatch names the first field that does not hold, "" where all do.
func (m *Match) mismatch(s *Subject) string {
	switch {
	case !oneOf(m.Shop, s.Shop):
		return "shop"
	case !oneOf(m.Priority, s.Priority):
		return "priority"
	case !oneOf(m.Channel, s.Channel):
		return "channel"
	case !oneOf(m.Reason, s.Reason) && !oneOf(m.Reason, s.ReasonParent):
		return "reason"
	case !oneOf(m.Segment, s.Segment):
		return "segment"
	case !oneOf(m.Language, s.Language):
		return "language"
	case len(m.Tag) > 0 && !slices.ContainsFunc(s.Tags, func(t string) bool { return slices.Contains(m.Tag, t) }):
		return "tag"
	case m.FirstContact != nil && *m.FirstContact != s.FirstContact:
		return "first_contact"
	}
	return ""
}

func oneOf(values []string, v string) bool { return len(values) == 0 || slices.Contains(values, v) }

// clone returns a Match that shares nothing with m.
func (m *Match) clone() Match {
	c := Match{
		Shop: slices.Clone(m.Shop), Priority: slices.Clone(m.Priority), Channel: slices.Clone(m.Channel),
		Reason: slices.Clone(m.Reason), Segment: slices.Clone(m.Segment), Language: slices.Clone(m.Language),
		Tag: slices.Clone(m.Tag),
	}
	if m.FirstContact != nil {
		v := *m.FirstContact
		c.FirstContact = &v
	}
	return c
}
