package ticket

import (
	"math"
	"strconv"
)

// BotReply answers the customer in a bot's name. One that the rules do not
// let out, because the bot is in doubt, has answered too often or may not take
// the reason, becomes a [HandOff] with the bot's words as its summary: the
// customer gets a person instead of a guess.
type BotReply struct {
	Text string
	// Confidence is how sure the bot is, 0 to 1; the rules give the threshold.
	Confidence float64
	Links      []string // further reading
	// Answers is the sequence number of the customer's message that the bot
	// read last. Where the customer has written since, the reply is refused,
	// and the bot reads again. Zero: not checked.
	Answers int64
}

func (BotReply) event() EventKind { return EventBotReply }
func (r BotReply) check(c *check, lim Limits) {
	lim.checkMessage(c, "bot_reply", r.Text, nil)
	lim.checkNames(c, "bot_reply.links", r.Links)
	if !(r.Confidence >= 0 && r.Confidence <= 1) { // also where it is no number
		c.fail("bot_reply.confidence", formatFloat(r.Confidence), "lies outside 0 to 1")
	}
}

func (r BotReply) body(in *Input) Body {
	m := newMessage(r.Text, in.Ticket.Channel, nil)
	m.Links = owned(r.Links)
	for i := range m.Links {
		m.Links[i] = cleanLine(m.Links[i])
	}
	return m
}

func botRows() []Row {
	bot := []ActorKind{ActorBot}
	from := []State{StateBot}
	return []Row{
		{Event: EventBotReply, From: from, Actors: bot, Guards: []string{"read_all", "bot_may_answer"}},
		{
			ID: "bot_reply.doubt", Event: EventBotReply, From: from, Actors: bot,
			Guards: []string{"read_all", "!bot_may_answer"}, Then: ThenHandOff,
		},
	}
}

// guardReadAll holds where the bot has read what the customer wrote last.
func guardReadAll(in *Input) []Blocker {
	r, ok := in.Command.(BotReply)
	return unless(!ok || r.Answers == 0 || r.Answers >= in.Ticket.Barrage.Last, CodeUnread,
		"last", strconv.FormatInt(in.Ticket.Barrage.Last, 10))
}

// guardBotMayAnswer holds where the bot is sure enough, has not answered too
// often, and may take the ticket's reason.
func guardBotMayAnswer(in *Input) []Blocker {
	cfg := in.Rules.cfg
	out := guardBotReason(in)
	if in.Ticket.Counters.BotReplies >= cfg.BotTurns {
		out = append(out, blocked(CodeBotTurns, "limit", strconv.Itoa(cfg.BotTurns))...)
	}
	if r, ok := in.Command.(BotReply); ok && r.Confidence < cfg.BotConfidence {
		out = append(out, blocked(CodeBotDoubt,
			"confidence", formatFloat(r.Confidence), "threshold", formatFloat(cfg.BotConfidence))...)
	}
	return out
}

// instead returns the command that takes the place of one which a row sends
// elsewhere.
func (in *Input) instead() Command {
	r, ok := in.Command.(BotReply)
	if !ok {
		return in.Command
	}
	return HandOff{Summary: r.Text, Why: guardBotMayAnswer(in)}
}

func checkBots(c *check, cfg *RulesConfig) {
	if math.IsNaN(cfg.BotConfidence) || cfg.BotConfidence < 0 || cfg.BotConfidence > 1 {
		c.fail("bot_confidence", formatFloat(cfg.BotConfidence), "lies outside 0 to 1")
	}
	if cfg.BotTurns < 0 {
		c.fail("bot_turns", strconv.Itoa(cfg.BotTurns), "is below 0")
	}
}

func formatFloat(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }
