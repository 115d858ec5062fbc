package ticket

import (
	"encoding/json"
	"fmt"
)

// decodeBody reads the body that events of this kind have.
func decodeBody(kind EventKind, data []byte) (Body, error) {
	switch kind {
	case EventCustomerMessage, EventReply, EventBotReply, EventNote, EventReminder,
		EventFollowUp, EventAutoReply, EventBounce, EventThirdPartyUpdate, EventAcknowledge:
		return read[Message](data)
	case EventCreate:
		return read[Created](data)
	case EventAskCustomer, EventWaitThird, EventSnooze:
		return read[Waited](data)
	case EventResolve, EventBotResolve:
		return read[Solved](data)
	case EventWake, EventAutoResolve:
		return read[Woken](data)
	case EventRecord:
		return read[Recorded](data)
	case EventErase:
		return read[Erased](data)
	default:
		return decodeChange(kind, data)
	}
}

// decodeChange reads the bodies that carry neither words nor timers.
func decodeChange(kind EventKind, data []byte) (Body, error) {
	switch kind {
	case EventAccept, EventAssign, EventUnassign:
		return read[Assigned](data)
	case EventSet:
		return read[Changed](data)
	case EventTag:
		return read[Tagged](data)
	case EventLink:
		return read[Linked](data)
	case EventMerge, EventUnmerge, EventAbsorb, EventRelease:
		return read[Merged](data)
	case EventPromise:
		return read[Promised](data)
	case EventKeepPromise, EventBreakPromise:
		return read[PromiseEnded](data)
	case EventEscalate:
		return read[Escalated](data)
	case EventReopen, EventMarkSpam, EventNotSpam:
		return read[Reopened](data)
	case EventBotTake:
		return read[BotTaken](data)
	case EventHandOff:
		return read[HandedOff](data)
	default:
		return decodeConcern(kind, data)
	}
}

func read[B Body](data []byte) (Body, error) {
	var b B
	if err := json.Unmarshal(data, &b); err != nil {
		return nil, fmt.Errorf("decode %T: %w", b, err)
	}
	return b, nil
}
