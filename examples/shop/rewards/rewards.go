package rewards

import (
	"iter"

	"github.com/kulanz-go/kulanz/escalation/shift"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/quality"
)

// Duties are the loads of a roster as package quality takes them; team says whose
// somebody is.
func Duties(loads []shift.Load, team func(agent string) string) []quality.Duty {
	duties := make([]quality.Duty, len(loads))
	for i, l := range loads {
		duties[i] = quality.Duty{
			Agent: l.Member, Team: team(l.Member), Total: l.Total, Night: l.Night, Weekend: l.Weekend, Holiday: l.Holiday,
		}
	}
	return duties
}

// FacetCourier is the facet that answers about a delivery are told apart by.
const FacetCourier = "courier"

// Couriers compares couriers by what customers answered to a question about the
// delivery, of stored summaries as feedback.Desk.Rows returns them. Those with
// few answers have no row, and those that chance alone may have parted share
// their ranks.
func Couriers(scale feedback.Scale, rows iter.Seq2[feedback.Row, error], cfg quality.TableConfig) (quality.Table, error) {
	groups := map[string]feedback.Summary{}
	for row, err := range rows {
		if err != nil {
			return quality.Table{}, err
		}
		if row.Key.Segment.Facet != FacetCourier {
			continue
		}
		s := groups[row.Key.Segment.Value]
		if err := s.Merge(&row.Summary); err != nil {
			return quality.Table{}, err
		}
		groups[row.Key.Segment.Value] = s
	}
	units, err := quality.NewUnits(scale, groups)
	if err != nil {
		return quality.Table{}, err
	}
	return quality.NewTable(units, cfg)
}
