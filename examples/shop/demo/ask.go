package demo

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/ticket"
)

// answer is what a customer will say to a survey.
type answer struct {
	at    time.Time
	token string
	say   *Survey
}

// ask asks about the matter, where it is over.
func (p *Player) ask(ctx context.Context, a Action) error {
	ref, ok := p.refs[a.Matter]
	if !ok || p.owners[ref] != a.Matter {
		return nil
	}
	t, err := p.stage.Tickets.Get(ctx, ticket.Actor{Kind: ticket.ActorSystem, Shop: ref.Shop}, ref)
	if err != nil || t.State != ticket.StateResolved {
		return err
	}
	facets := map[string]string{"agent": t.Assignee}
	maps.Copy(facets, a.Ask.Facets)
	if t.Assignee == "" {
		delete(facets, "agent")
	}
	asked, err := p.stage.Surveys.Ask(ctx, p.stage.Policy, feedback.Subject{
		Shop: ref.Shop, Customer: a.Ask.Customer, Ref: ref.ID.String(), Cycle: t.Counters.Reopens,
		Moment: feedback.MomentResolved, At: a.At, Facets: facets,
	})
	if err != nil || asked.Token == "" {
		return err
	}
	p.report.Asked++
	if a.Ask.After >= 0 {
		p.expect(answer{a.At.Add(a.Ask.After), asked.Token, a.Ask})
	}
	return nil
}

// expect keeps the answers in the order in which they come.
func (p *Player) expect(a answer) {
	i := len(p.answers)
	for i > 0 && p.answers[i-1].at.After(a.at) {
		i--
	}
	p.answers = append(p.answers, answer{})
	copy(p.answers[i+1:], p.answers[i:])
	p.answers[i] = a
}

func (p *Player) record(ctx context.Context, a answer) error {
	var answers []feedback.Answer
	if p.stage.CSAT != "" {
		answers = append(answers, feedback.Answer{Question: p.stage.CSAT, Score: a.say.Score})
	}
	if p.stage.NPS != "" {
		answers = append(answers, feedback.Answer{Question: p.stage.NPS, Score: a.say.Promoter})
	}
	_, err := p.stage.Surveys.Record(ctx, a.token, answers, a.say.Comment)
	if errors.Is(err, feedback.ErrToken) || errors.Is(err, feedback.ErrInvalid) {
		p.report.Refused++
		return nil
	}
	if err == nil {
		p.report.Answered++
	}
	return err
}
