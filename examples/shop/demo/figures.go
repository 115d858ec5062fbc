package demo

import (
	"math"

	"github.com/kulanz-go/kulanz/ticket"
)

// Figures with "contacts" as their source were measured on 17,182 contacts of the
// "Shopzilla" data set of e-commerce support; those with "help desk" on 4,580
// cases of an Italian help desk, 4TU repository; "ratings" and "returns" name what
// public ratings of shops and the UCI "Online Retail" data say. Those without a
// source are the shop's own, made up to be small.
const (
	contactsPerDay = 15.5 // beside reviews
	ordersPerDay   = 32.0
	reviewShare    = 0.055 // of delivered orders

	promisedDays = 3     // from order to delivery
	lateShare    = 0.038 // of orders; mixes the stars below into those of all ratings

	// returns: 14.8 % of invoices are credited, after a median of 9.4 days and 67 at p90.
	returnShare                = 0.148
	returnMedian, returnSpread = 9.4 * 24 * 60, 1.53
	withdrawalDays             = 14
	disputeShare               = 0.006 // of payments
	disputeWonShare            = 0.35
	disputeDays                = 30 // until one is decided

	reopenShare = 0.034 // help desk: cases with work after the first resolution
	againShare  = 0.18  // write again before they are answered; help desk: 4.5 % of events repeat

	askedShare    = 0.13
	thirdShare    = 0.35 // where there is somebody to ask
	promiseShare  = 0.30 // where there is somebody to ask
	brokenShare   = 0.08 // of promises
	noteShare     = 0.12
	handOverShare = 0.08
	confirmShare  = 0.20 // say that it is solved
	spamShare     = 0.02
	surveyShare   = 0.34 // of those asked that answer

	// First answers in business time. contacts: median 6 minutes, p90 400.
	talkMedian, talkSpread   = 1.5, 0.7 // minutes, on the phone
	chatMedian, chatSpread   = 3.5, 0.9
	writeMedian, writeSpread = 19.0, 2.3 // mails are promised an answer within one business hour

	solveMedian, solveSpread = 95.0, 1.5   // business minutes from the first answer
	replyMedian, replySpread = 900.0, 0.9  // minutes until a customer answers a question
	backMedian, backSpread   = 2900.0, 0.6 // minutes until a customer is back

	englishShare = 0.08
	consentShare = 0.55 // agreed to be asked by mail
)

// Weights by which choices are drawn.
type weights []float64

// weekdays are contacts a day, Monday first (contacts, August 2023, the dates of
// a weekday alike).
func weekdays() weights { return weights{13.6, 16.0, 14.9, 15.6, 15.9, 12.0, 12.0} }

// hours are contacts by hour of the day (contacts).
func hours() weights {
	return weights{
		1.7, 0.6, 0.2, 0.1, 0.1, 0.3, 1.0, 2.4, 3.7, 5.0, 6.5, 6.4,
		7.3, 6.0, 6.7, 5.5, 6.1, 7.6, 7.3, 6.4, 6.6, 5.1, 4.5, 2.9,
	}
}

// channels are the ways to the shop, in its opening hours and outside of them.
func channels(open bool) ([]ticket.Channel, weights) {
	all := []ticket.Channel{
		ticket.ChannelPhone, ticket.ChannelChat, ticket.ChannelMessenger,
		ticket.ChannelEmail, ticket.ChannelForm, ticket.ChannelMarketplace, ticket.ChannelSocial,
	}
	if open {
		return all, weights{44, 17, 9, 18, 6, 4, 2}
	}
	return all, weights{0, 0, 13, 48, 24, 10, 5} // nobody picks up the phone
}

// satisfied is the share of scores 4 and 5 by how long the first answer took,
// off the wall clock (contacts).
func satisfied(minutes float64) float64 {
	switch {
	case minutes < 5:
		return 0.897
	case minutes < 15:
		return 0.837
	case minutes < 60:
		return 0.754
	case minutes < 4*60:
		return 0.747
	case minutes < 24*60:
		return 0.731
	default:
		return 0.570
	}
}

// Scores within the satisfied, 4 and 5, and within the others, 1 to 3 (contacts:
// 2,241, 227, 503, 2,277 and 11,934 of 1 to 5).
func highScores() weights { return weights{2277, 11934} }
func lowScores() weights  { return weights{2241, 227, 503} }

// stars are how 1 to 5 stars are given (ratings: 3.6, 6.7, 12.2, 21.6 and 55.9 %
// in all; 2.28 on average where the delivery was late, 4.27 where it was not).
// That of late ones is made up to that average; that of the others is what is
// left of all.
func stars(late bool) weights {
	all, slow := weights{3.6, 6.7, 12.2, 21.6, 55.9}, weights{45, 18, 15, 8, 14}
	if late {
		return slow
	}
	rest := make(weights, len(all))
	for i := range all {
		rest[i] = (all[i] - lateShare*slow[i]) / (1 - lateShare)
	}
	return rest
}

// reasonWeight is how often customers write for a reason: as measured, and for
// what the data does not have, above all the withdrawal, as a shop under German
// law would see it.
func reasonWeight(r ticket.Reason, measured float64) float64 {
	switch r {
	case "withdrawal/declared":
		return 4
	case "courier/left":
		return 1.5
	case "privacy/access":
		return 0.5
	}
	return measured
}

// logNormal is a time around a median, in minutes.
func (g *generator) logNormal(median, spread float64) float64 {
	return median * math.Exp(spread*g.random.NormFloat64())
}
