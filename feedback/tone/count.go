package tone

import (
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/kulanz-go/kulanz/feedback"
)

// Group is what topics are counted by: a civil day in the shop's zone and a
// segment, the zero one for all comments.
type Group struct {
	Day     feedback.Day     `json:"day"`
	Segment feedback.Segment `json:"segment,omitzero"`
}

// Compare orders groups by segment, then by day.
func (g Group) Compare(o Group) int {
	return cmp.Or(
		cmp.Compare(g.Segment.Facet, o.Segment.Facet), cmp.Compare(g.Segment.Value, o.Segment.Value), cmp.Compare(g.Day, o.Day),
	)
}

// Tally counts comments, and of how many a topic was found in. A comment may
// have several topics, or none, so shares do not add up to one.
type Tally struct {
	Comments int64           `json:"comments"`
	Topics   map[Topic]int64 `json:"topics,omitempty"`
}

// TopicCounts counts topics by day and segment. Counts merge in any order and
// grouping, and what was added can be taken away again, so that an erased comment
// leaves no trace. Count complaints alone, or all comments, but never both in one.
// The zero value is empty. It is not safe for concurrent writing.
type TopicCounts struct{ groups map[Group]Tally }

// Add counts one comment with the topics found in it, each once. Add it to the
// group of all comments, and to that of each of its segments.
func (c *TopicCounts) Add(g Group, found []TopicMatch) error {
	one, err := tallyOf(found)
	if err != nil {
		return err
	}
	return c.merge(g, one)
}

// Remove takes a comment away again that was added with the same topics. Where
// it cannot have been, it is [ErrUnderflow] and nothing changes.
func (c *TopicCounts) Remove(g Group, found []TopicMatch) error {
	one, err := tallyOf(found)
	if err != nil {
		return err
	}
	if !c.groups[g].holds(one) {
		return ErrUnderflow
	}
	c.sub(g, one)
	return nil
}

func tallyOf(found []TopicMatch) (Tally, error) {
	one := Tally{Comments: 1, Topics: map[Topic]int64{}}
	for _, m := range found {
		if one.Topics[m.Topic] > 0 {
			return Tally{}, &Fault{Path: "topics", Value: string(m.Topic), Reason: "is given twice"}
		}
		one.Topics[m.Topic] = 1
	}
	return one, nil
}

// Merge adds all that o counted, or nothing where a count would overflow.
func (c *TopicCounts) Merge(o *TopicCounts) error {
	for g, t := range o.groups {
		if c.groups[g].Comments > math.MaxInt64-t.Comments {
			return ErrOverflow
		}
	}
	for g, t := range o.groups {
		_ = c.merge(g, t) // was checked
	}
	return nil
}

// Sub takes away what o counted, all of which must have been added before;
// otherwise it is [ErrUnderflow] and nothing changes.
func (c *TopicCounts) Sub(o *TopicCounts) error {
	for g, t := range o.groups {
		if !c.groups[g].holds(t) {
			return ErrUnderflow
		}
	}
	for g, t := range o.groups {
		c.sub(g, t)
	}
	return nil
}

// merge adds a tally. No topic is in more comments than there are, so that the
// comments alone can overflow.
func (c *TopicCounts) merge(g Group, t Tally) error {
	mine := c.groups[g]
	if mine.Comments > math.MaxInt64-t.Comments {
		return ErrOverflow
	}
	if c.groups == nil {
		c.groups = map[Group]Tally{}
	}
	mine.Comments += t.Comments
	mine.Topics = maps.Clone(mine.Topics)
	if mine.Topics == nil {
		mine.Topics = map[Topic]int64{}
	}
	for topic, n := range t.Topics {
		mine.Topics[topic] += n
	}
	c.groups[g] = mine
	return nil
}

// holds reports whether all of t may have been added. What remains must be a
// tally too: no topic in more comments than there are.
func (t Tally) holds(o Tally) bool {
	left := t.Comments - o.Comments
	for topic, n := range o.Topics {
		if t.Topics[topic] < n {
			return false
		}
	}
	for topic, n := range t.Topics {
		if n-o.Topics[topic] > left {
			return false
		}
	}
	return left >= 0
}

// sub takes away what the group holds.
func (c *TopicCounts) sub(g Group, t Tally) {
	mine := c.groups[g]
	mine.Comments -= t.Comments
	mine.Topics = maps.Clone(mine.Topics)
	for topic, n := range t.Topics {
		if mine.Topics[topic] -= n; mine.Topics[topic] == 0 {
			delete(mine.Topics, topic)
		}
	}
	if c.groups[g] = mine; mine.Comments == 0 {
		delete(c.groups, g)
	}
}

// Days are civil days from one up to, but not including, another.
type Days struct {
	From feedback.Day `json:"from"`
	Next feedback.Day `json:"next"`
}

// Has reports whether a day is one of them.
func (d Days) Has(day feedback.Day) bool { return d.From <= day && day < d.Next }

// Of returns how many comments of some days in a segment spoke of a topic.
func (c *TopicCounts) Of(topic Topic, days Days, segment feedback.Segment) feedback.Proportion {
	var p feedback.Proportion
	for g, t := range c.groups {
		if g.Segment == segment && days.Has(g.Day) {
			p.Good += t.Topics[topic]
			p.N += t.Comments
		}
	}
	return p
}

// Share is [TopicCounts.Of] as a share with Wilson's interval; not OK without
// comments.
func (c *TopicCounts) Share(topic Topic, days Days, segment feedback.Segment, level feedback.Level) feedback.Estimate {
	return c.Of(topic, days, segment).Share(feedback.Wilson, level)
}

// Topics returns the topics that were found on some days in a segment, the most
// frequent first, of equal ones by name.
func (c *TopicCounts) Topics(days Days, segment feedback.Segment) []Topic {
	total := map[Topic]int64{}
	for g, t := range c.groups {
		if g.Segment == segment && days.Has(g.Day) {
			for topic, n := range t.Topics {
				total[topic] += n
			}
		}
	}
	list := slices.Sorted(maps.Keys(total))
	slices.SortStableFunc(list, func(a, b Topic) int { return cmp.Compare(total[b], total[a]) })
	return list
}

// countsVersion is the version of the JSON of counts.
const countsVersion = 1

type countsState struct {
	V      int          `json:"v"`
	Groups []groupState `json:"groups"`
}

type groupState struct {
	Group
	Tally
}

// MarshalJSON writes the counts under a version, in the order of
// [Group.Compare].
func (c *TopicCounts) MarshalJSON() ([]byte, error) {
	state := countsState{V: countsVersion, Groups: []groupState{}}
	for _, g := range slices.SortedFunc(maps.Keys(c.groups), Group.Compare) {
		state.Groups = append(state.Groups, groupState{g, c.groups[g]})
	}
	return json.Marshal(state)
}

// UnmarshalJSON reads what [TopicCounts.MarshalJSON] writes, and refuses what
// cannot have been counted.
func (c *TopicCounts) UnmarshalJSON(data []byte) error {
	var state countsState
	if err := decode(data, &state, "counts"); err != nil {
		return err
	}
	var faults check
	if state.V != countsVersion {
		faults.fail("counts.v", strconv.Itoa(state.V), "is no version that is known")
	}
	groups := make(map[Group]Tally, len(state.Groups))
	for i, g := range state.Groups {
		path := "counts.groups[" + strconv.Itoa(i) + "]"
		if _, twice := groups[g.Group]; twice {
			faults.fail(path, g.Day.String(), "is given twice")
		}
		if g.Comments < 1 {
			faults.fail(path+".comments", strconv.FormatInt(g.Comments, 10), "is below 1")
		}
		for topic, n := range g.Topics {
			if n < 1 || n > g.Comments {
				faults.fail(path+".topics", string(topic), "is in no comment, or in more than there are")
			}
		}
		groups[g.Group] = g.Tally
	}
	if err := faults.err(); err != nil {
		return err
	}
	c.groups = groups
	return nil
}
