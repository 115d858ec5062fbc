package ticket

// Ack says that the acting agent looks after an escalated ticket: escalation
// holds still meanwhile. It is not the acknowledgement that a customer gets.
type Ack struct{}

func (Ack) event() EventKind     { return EventAck }
func (Ack) check(*check, Limits) {}
func (Ack) body(*Input) Body     { return nil }

// Unack takes an [Ack] back: escalation goes on.
type Unack struct{}

func (Unack) event() EventKind     { return EventUnack }
func (Unack) check(*check, Limits) {}
func (Unack) body(*Input) Body     { return nil }

func ackRows() []Row {
	return []Row{
		{Event: EventAck, From: liveStates(), Actors: []ActorKind{ActorAgent}},
		{Event: EventUnack, From: liveStates(), Actors: []ActorKind{ActorAgent, ActorSystem}},
	}
}
