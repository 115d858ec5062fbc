package feedback_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback"
)

// Quiet hours end when a walk over the minutes says that they do: in zones that
// skip midnight, turn back by half an hour or move over the date line as well.
func TestQuietHoursAgainstAWalk(t *testing.T) {
	zones := []string{
		"UTC", "Europe/Berlin", "America/Santiago", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca",
		"America/Sao_Paulo", "Asia/Kolkata",
	}
	names := []string{"su", "mo", "tu", "we", "th", "fr", "sa"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		require.NoError(t, err)
		from := rapid.IntRange(0, 24*60-1).Draw(t, "from")
		to := rapid.IntRange(from+1, 24*60).Draw(t, "to")
		allowed := rapid.IntRange(1, 127).Draw(t, "days")
		clock := func(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }
		hours := feedback.Hours{Zone: zone.String(), From: clock(from), To: clock(to)}
		for d, name := range names {
			if allowed>>d&1 == 1 {
				hours.Days = append(hours.Days, name)
			}
		}
		p := policy(nopTB{}, func(c *feedback.PolicyConfig) { c.Hours, c.AskWithin = hours, feedback.Wait(60*24*time.Hour) })
		now := time.Unix(rapid.Int64Range(1293840000, 1798761600).Draw(t, "now")/60*60, 0).UTC() // 2011 to 2026, whole minutes
		if rapid.Bool().Draw(t, "near a change") {
			if _, change := now.In(zone).ZoneBounds(); !change.IsZero() {
				now = change.Add(time.Duration(rapid.IntRange(-3000, 3000).Draw(t, "off")) * time.Minute).UTC().Truncate(time.Minute)
			}
		}
		s := subject()
		s.At = now
		h := willing()
		h.Standings[feedback.MediumEmail].Consent.Given = now.AddDate(-1, 0, 0)
		h.Standings[feedback.MediumEmail].Consent.Confirmed = now.AddDate(-1, 0, 0)
		got := feedback.Invite(p, s, h, nil, now).At

		want := now
		for ; ; want = want.Add(time.Minute) {
			local := want.In(zone)
			minute := local.Hour()*60 + local.Minute()
			if allowed>>local.Weekday()&1 == 1 && from <= minute && minute < to {
				break
			}
			if want.Sub(now) > 9*24*time.Hour {
				require.GreaterOrEqual(t, got.Sub(now), 9*24*time.Hour) // a whole week's only day can be skipped
				return
			}
		}
		require.Equal(t, want, got, "%+v from %s", hours, now.In(zone))
	})
}
