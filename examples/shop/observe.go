package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	api "go.opentelemetry.io/otel/trace"

	"github.com/kulanz-go/kulanz/ticket"
)

// observer counts what the ticket desk does, and where a place for spans is named
// makes one of each. Labels are names of operations and outcomes, never ids.
func observer(ctx context.Context, r *prometheus.Registry, o options, log *slog.Logger) (func(ticket.Op), func() error, error) {
	ops := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "shop_desk_operations_total", Help: "Operations of the ticket desk.",
	}, []string{"operation", "outcome"})
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "shop_desk_operation_seconds", Help: "How long they took.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14),
	}, []string{"operation"})
	tries := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "shop_desk_retries_total", Help: "Tries beyond the first.",
	})
	r.MustRegister(ops, seconds, tries)
	tracer, done, err := tracing(ctx, o, log)
	if err != nil {
		return nil, nil, err
	}
	return func(op ticket.Op) {
		ops.WithLabelValues(string(op.Name), outcome(op.Err)).Inc()
		seconds.WithLabelValues(string(op.Name)).Observe(op.Duration.Seconds())
		tries.Add(float64(max(op.Tries-1, 0)))
		if tracer != nil {
			span(tracer, op)
		}
	}, done, nil
}

func outcome(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, ticket.ErrRefused):
		return "refused"
	case errors.Is(err, ticket.ErrConflict):
		return "conflict"
	case errors.Is(err, ticket.ErrNotFound), errors.Is(err, ticket.ErrInvalid), errors.Is(err, ticket.ErrKeyReuse):
		return "invalid"
	}
	return "error"
}

// span writes an operation that has ended. It holds a reference, and no content.
func span(t api.Tracer, op ticket.Op) {
	end := time.Now()
	_, s := t.Start(context.Background(), "desk."+string(op.Name), api.WithTimestamp(end.Add(-op.Duration)), api.WithAttributes(
		attribute.String("ticket", op.Ref.String()), attribute.Int("tries", op.Tries), attribute.String("outcome", outcome(op.Err)),
	))
	if op.Err != nil {
		s.SetStatus(codes.Error, outcome(op.Err))
	}
	s.End(api.WithTimestamp(end))
}
