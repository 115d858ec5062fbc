package ticket

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// SpecialConfig changes periods for tickets of some reasons and channels. What
// is zero stays as in [RulesConfig]; of several that match, the first counts.
type SpecialConfig struct {
	Reasons  []Reason  `json:"reasons,omitempty"`  // a first level covers its second; none: all
	Channels []Channel `json:"channels,omitempty"` // none: all

	ReopenWindow sla.Period   `json:"reopen_window,omitzero"`
	FollowUp     sla.Period   `json:"follow_up,omitzero"`
	NoFollowUp   bool         `json:"no_follow_up,omitempty"`
	Wait         sla.Period   `json:"wait,omitzero"`
	Reminders    []sla.Period `json:"reminders,omitempty"`
	NoReminders  bool         `json:"no_reminders,omitempty"`
}

// periods are those that count for one ticket.
type periods struct {
	reopen, followUp, wait sla.Period
	reminders              []sla.Period
}

// periodsOf returns the periods that count for a ticket.
func (r *Rules) periodsOf(t *Ticket) periods {
	p := periods{r.cfg.ReopenWindow, r.cfg.FollowUp, r.cfg.Wait, r.cfg.Reminders}
	for i := range r.cfg.Special {
		s := &r.cfg.Special[i]
		if len(s.Reasons) > 0 && !t.Reason.within(s.Reasons) || len(s.Channels) > 0 && !slices.Contains(s.Channels, t.Channel) {
			continue
		}
		p.take(s)
		break
	}
	return p
}

func (p *periods) take(s *SpecialConfig) {
	or := func(to *sla.Period, special sla.Period) {
		if special != (sla.Period{}) {
			*to = special
		}
	}
	or(&p.reopen, s.ReopenWindow)
	or(&p.followUp, s.FollowUp)
	or(&p.wait, s.Wait)
	if s.NoFollowUp {
		p.followUp = sla.Period{}
	}
	if len(s.Reminders) > 0 || s.NoReminders {
		p.reminders = s.Reminders
	}
}

func (in *Input) closeBy() time.Time {
	return in.Rules.after(in.Now, in.Rules.periodsOf(in.Ticket).reopen)
}

func (in *Input) followUp() time.Time {
	p := in.Rules.periodsOf(in.Ticket).followUp
	if p == (sla.Period{}) {
		return time.Time{}
	}
	return in.Rules.after(in.Now, p)
}

// reminders returns when to remind of a question asked now, before the wake.
func (in *Input) reminders(wake time.Time) []time.Time {
	var out []time.Time
	for _, p := range in.Rules.periodsOf(in.Ticket).reminders {
		if at := in.Rules.after(in.Now, p); at.Before(wake) {
			out = append(out, at)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

func (r *Rules) checkSpecial(c *check) {
	r.cfg.Special = slices.Clone(r.cfg.Special)
	for i := range r.cfg.Special {
		s := &r.cfg.Special[i]
		s.Reasons, s.Channels, s.Reminders = slices.Clone(s.Reasons), slices.Clone(s.Channels), slices.Clone(s.Reminders)
		path := fmt.Sprintf("special[%d]", i)
		for j, reason := range s.Reasons {
			r.checkReason(c, fmt.Sprintf("%s.reasons[%d]", path, j), reason)
		}
		for j, ch := range s.Channels {
			if !ch.valid() {
				c.fail(fmt.Sprintf("%s.channels[%d]", path, j), string(ch), "is no channel")
			}
		}
		checkOptional(c, path+".reopen_window", s.ReopenWindow)
		checkOptional(c, path+".follow_up", s.FollowUp)
		checkOptional(c, path+".wait", s.Wait)
		for j, p := range s.Reminders {
			checkPeriod(c, fmt.Sprintf("%s.reminders[%d]", path, j), p)
		}
		if s.NoFollowUp && s.FollowUp != (sla.Period{}) {
			c.fail(path+".no_follow_up", "true", "contradicts follow_up")
		}
		if s.NoReminders && len(s.Reminders) > 0 {
			c.fail(path+".no_reminders", "true", "contradicts reminders")
		}
	}
}

func checkPeriod(c *check, path string, p sla.Period) {
	var faults sla.Faults
	if errors.As(p.Check(path), &faults) {
		for _, f := range faults {
			c.fail(f.Path, f.Value, f.Reason)
		}
	}
}

func checkOptional(c *check, path string, p sla.Period) {
	if p != (sla.Period{}) {
		checkPeriod(c, path, p)
	}
}
