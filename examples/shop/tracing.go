package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	api "go.opentelemetry.io/otel/trace"
)

// tracing makes a tracer to a file, to a collector by OTLP over HTTP, or to both;
// nil where neither is named. What it returns beside it brings out what is left.
func tracing(ctx context.Context, o options, log *slog.Logger) (api.Tracer, func() error, error) { //nolint:ireturn // the API is interfaces
	var to []trace.TracerProviderOption
	closeFile := func() error { return nil }
	if o.trace != "" {
		f, err := os.OpenFile(o.trace, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, nil, err
		}
		closeFile = f.Close
		out, err := stdouttrace.New(stdouttrace.WithWriter(f))
		if err != nil {
			return nil, nil, errors.Join(err, f.Close())
		}
		to = append(to, trace.WithBatcher(out))
	}
	if o.otlp != "" || o.otlpEnv {
		out, err := collector(ctx, o)
		if err != nil {
			return nil, nil, errors.Join(err, closeFile())
		}
		to = append(to, trace.WithBatcher(out))
		// A collector that is away is no reason to stop, and one line is enough.
		otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("spans are lost", "error", err) }))
	}
	if len(to) == 0 {
		return nil, closeFile, nil
	}
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "kulanz-shop")), resource.WithFromEnv())
	if err != nil {
		return nil, nil, errors.Join(err, closeFile())
	}
	p := trace.NewTracerProvider(append(to, trace.WithResource(about))...)
	return p.Tracer("github.com/kulanz-go/kulanz/examples/shop"), func() error {
		ctx, done := context.WithTimeout(context.WithoutCancel(ctx), lastSpans)
		defer done()
		if err := p.Shutdown(ctx); err != nil {
			log.Warn("spans are lost", "error", err)
		}
		return closeFile()
	}, nil
}

// lastSpans is how long the last spans have to reach a collector.
const lastSpans = 5 * time.Second

// collector reaches the one that the flag names, or that OpenTelemetry's own variables
// do: the exporter reads them, with headers and certificates.
func collector(ctx context.Context, o options) (*otlptrace.Exporter, error) {
	if o.otlp == "" {
		return otlptracehttp.New(ctx)
	}
	u, err := url.Parse(o.otlp)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%w: -otlp is no URL", errUsage) // it may hold a password
	}
	return otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(u.JoinPath("v1", "traces").String()))
}
