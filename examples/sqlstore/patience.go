package sqlstore

import (
	"context"
	"time"
)

// grace is how long a statement that PostgreSQL is at may go on after its context
// has ended. pgx gives such a connection up: what it had locked stays locked for up
// to 15 seconds, and a COMMIT would land, or not, at some later moment, so that who
// then asks for its outcome is told too early.
const grace = 2 * time.Second

// outlast returns a context that ends that long after ctx does. done frees what
// it holds.
func outlast(ctx context.Context) (context.Context, func()) {
	patient, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return patient, func() { stop(); cancel() }
}
