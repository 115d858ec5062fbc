// Package driver asks which of several things moves a score: whether a customer
// who was content with the delivery recommends the shop, or rather one who was
// content with the agent.
//
// # Model
//
// [Moments] take in answers of customers who answered everything, one after the
// other, and keep their means and products. [Moments.Analyse] puts two readings
// side by side: how far each driver goes along with the outcome ([Driver.Correlation]),
// and what it adds when all others are held still ([Driver.Weight], a standardised
// regression coefficient). Where the two disagree, in sign or in order, the report
// says so instead of choosing: often drivers go along with each other, and no
// figure can part them. [Driver.Inflation] says how far, and [Driver.Importance]
// parts what is explained among the drivers without taking sides.
//
// Nothing here is a cause. A driver is where to look, and a trend.Measure is how
// to find out.
//
// # Errors, concurrency, storage
//
// A value that cannot be used is a feedback.Fault. Everything is pure; Moments
// that are written are not safe for concurrent use. Nothing is stored.
package driver
