package sla

// Holiday is one closed day, or one partly closed day, of a region.
type Holiday struct {
	Date   Date     // the civil date in the region
	ID     string   // stable code, as in "good-friday"
	Name   Text     // what people call it
	Source string   // the law that makes it one; empty where the host's own
	Closed []Window // the part of the day that is closed; none: the whole date, 00:00 to 24:00
}

// Text is a short text in the two languages of the library.
type Text struct {
	DE string `json:"de"`
	EN string `json:"en"`
}

// HolidaySource tells the holidays of a region. Implementations are pure: the
// same year gives the same holidays, in order of date, safe for concurrent
// use. A year without holidays gives none.
type HolidaySource interface {
	Holidays(year int) []Holiday
}

// Window is a stretch of the wall clock, half-open: Start is inside, End is
// not. An End before Start ends on the next day (an overnight shift, which
// belongs to the day of its Start); an End of 24:00 is the end of the day.
// Start == End is invalid.
type Window struct {
	Start Clock `json:"start"`
	End   Clock `json:"end"`
}

// String returns the window as "09:00-17:00".
func (w Window) String() string { return w.Start.String() + "-" + w.End.String() }
