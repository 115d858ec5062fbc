package sqlstore

import (
	"time"

	"github.com/google/uuid"
)

// record is a row of the tables that are alike in every column: those of
// feedback and of goodwill, whose records convert to it and back.
type record[K ~string] struct {
	Kind     K
	Shop     string
	ID       uuid.UUID
	Version  int64
	State    string
	Customer string
	Created  time.Time
	Updated  time.Time
	Wake     time.Time
	Labels   []string
	Data     []byte
}

// recordColumns are those of a record but for its key.
const recordColumns = "kind, version, state, customer, created, updated, wake, labels, data"

func readRecord[K ~string](r row) (record[K], error) {
	var rec record[K]
	var created, updated, wake *int64
	var labels string
	if err := r.Scan(&rec.Shop, &rec.ID, &rec.Kind, &rec.Version, &rec.State, &rec.Customer,
		&created, &updated, &wake, &labels, &rec.Data); err != nil {
		return rec, err
	}
	rec.Created, rec.Updated, rec.Wake = instant(created), instant(updated), instant(wake)
	var err error
	rec.Labels, err = labelsOf(labels, rec.Shop, rec.ID)
	return rec, err
}

func (r record[K]) next(expect int64) next {
	return next{
		place: place{r.Shop, r.ID}, expect: expect, wake: r.Wake, labels: r.Labels, data: r.Data,
		values: []any{string(r.Kind), r.Version, r.State, r.Customer, micros(r.Created), micros(r.Updated)},
	}
}
