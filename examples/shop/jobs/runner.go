package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/ticket"
)

// ErrConfig is what [Queue.Runner] returns, with what is missing.
var ErrConfig = errors.New("jobs: configuration")

// Config says what a [Runner] does. Fields without a default are required.
type Config struct {
	// Tickets is the desk whose effects go out, with ticket.HostDelivers, and
	// which is ticked.
	Tickets *ticket.Desk
	// Deliver brings one effect of a ticket out, as under ticket.DeskDelivers:
	// a mail, a text message, the erasure of files, a notice to an agent. An error
	// that wraps [ticket.ErrPermanent] is not tried again.
	Deliver func(context.Context, ticket.Outgoing) error
	// Surveys is the desk whose invitations go out, with feedback.HostDelivers,
	// and which is ticked. Nil: there is none.
	Surveys *feedback.Desk
	// Invite sends one invitation. Required with Surveys. An error that wraps
	// [feedback.ErrPermanent] is not tried again.
	Invite func(context.Context, feedback.Outgoing) error
	// Every is how often the desks are ticked. Default 5 seconds, at least one.
	Every time.Duration
	// Also is done again and again beside that.
	Also []Task
	// Workers is how many effects this process brings out at once. Default 8.
	Workers int
	// Backoff is how long to wait after an attempt, counted from 1, that failed.
	// Default attempt to the fourth power, in seconds: the tenth and last attempt
	// is made after some four hours.
	Backoff func(attempt int) time.Duration
	// Timeout is how long an attempt, or a task, may take. Default 30 seconds.
	Timeout time.Duration
	// Log is told of what failed, by ids alone. Default: nobody.
	Log *slog.Logger
}

// Task is something to be done again and again, by one process at a time as long
// as it takes less than Every. Doing it twice must be no harm.
type Task struct {
	Name  string // tells it apart from others, in all versions of the program
	Every time.Duration
	Do    func(context.Context) error
}

// The names of the built-in tasks.
const (
	taskTickets = "tickets"
	taskSurveys = "surveys"
)

// tickWorkers is how many tasks a process does at once.
const tickWorkers = 4

// pollInterval is how often a process looks for what it was not told of.
const pollInterval = 250 * time.Millisecond

// client is River's, whatever its transactions are.
type client interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
	JobList(ctx context.Context, p *river.JobListParams) (*river.JobListResult, error)
	JobRetry(ctx context.Context, id int64) (*rivertype.JobRow, error)
	JobDelete(ctx context.Context, id int64) (*rivertype.JobRow, error)
	JobGet(ctx context.Context, id int64) (*rivertype.JobRow, error)
}

// Runner does the jobs of one process.
type Runner struct {
	client client
}

// Runner returns one that is not started yet. The error wraps [ErrConfig].
func (q *Queue) Runner(cfg Config) (*Runner, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &ticketWorker{cfg: cfg, done: q.done.ticket})
	river.AddWorker(workers, &tickWorker{cfg: cfg})
	if cfg.Surveys != nil {
		river.AddWorker(workers, &surveyWorker{cfg: cfg, done: q.done.survey})
	}
	c, err := q.working(&river.Config{
		Workers: workers,
		Queues: map[string]river.QueueConfig{
			queueEffects: {MaxWorkers: cfg.Workers},
			queueTicks:   {MaxWorkers: tickWorkers},
		},
		PeriodicJobs:      cfg.periodic(),
		FetchPollInterval: pollInterval, // of what no notice came for: what is tried again
		RetryPolicy:       retry(cfg.Backoff),
		JobTimeout:        cfg.Timeout,
		// What was given up stays until a person has seen it.
		RescueStuckJobsAfter:        2 * cfg.Timeout,
		CancelledJobRetentionPeriod: -1,
		DiscardedJobRetentionPeriod: -1,
		Logger:                      slog.New(warnings{cfg.Log.Handler()}),
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return &Runner{c}, nil
}

func (cfg Config) complete() (Config, error) {
	var faults []error
	missing := func(what string, is bool) {
		if is {
			faults = append(faults, fmt.Errorf("%w: %s is missing", ErrConfig, what))
		}
	}
	missing("tickets", cfg.Tickets == nil)
	missing("deliver", cfg.Deliver == nil)
	missing("invite", cfg.Surveys != nil && cfg.Invite == nil)
	cfg.Every = cmp.Or(cfg.Every, 5*time.Second)
	tasks := []Task{{taskTickets, cfg.Every, cfg.tickTickets}}
	if cfg.Surveys != nil {
		tasks = append(tasks, Task{taskSurveys, cfg.Every, cfg.tickSurveys})
	}
	cfg.Also = append(tasks, cfg.Also...)
	seen := make(map[string]bool)
	for _, t := range cfg.Also {
		missing("the name of a task, or its own,", t.Name == "" || seen[t.Name])
		missing("what task "+t.Name+" does", t.Do == nil)
		if t.Every < time.Second {
			faults = append(faults, fmt.Errorf("%w: task %s is done more than once a second", ErrConfig, t.Name))
		}
		seen[t.Name] = true
	}
	cfg.Workers = cmp.Or(cfg.Workers, 8)
	cfg.Timeout = cmp.Or(cfg.Timeout, 30*time.Second)
	cfg.Log = cmp.Or(cfg.Log, slog.New(slog.DiscardHandler))
	if cfg.Backoff == nil {
		cfg.Backoff = func(attempt int) time.Duration {
			return time.Duration(attempt*attempt*attempt*attempt) * time.Second
		}
	}
	return cfg, errors.Join(faults...)
}

// periodic enqueues the tasks, also at once: a process that has just taken over
// does not know when they were done last.
func (cfg Config) periodic() []*river.PeriodicJob {
	all := make([]*river.PeriodicJob, len(cfg.Also))
	for i, t := range cfg.Also {
		args := tickArgs{t.Name}
		all[i] = river.NewPeriodicJob(river.PeriodicInterval(t.Every),
			func() (river.JobArgs, *river.InsertOpts) { return args, args.insertOpts(t.Every) },
			&river.PeriodicJobOpts{RunOnStart: true})
	}
	return all
}

// retry is a policy that counts from the attempt.
type retry func(attempt int) time.Duration

// NextRetry implements [river.ClientRetryPolicy].
func (r retry) NextRetry(job *rivertype.JobRow) time.Time { return time.Now().Add(r(job.Attempt)) }

// Start begins to work, and returns. Jobs go on until [Runner.Stop], whatever
// becomes of ctx: it serves the start alone.
func (r *Runner) Start(ctx context.Context) error {
	if err := r.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("jobs: start: %w", err)
	}
	return nil
}

// Stop takes on nothing new and waits for what is being done. Where ctx ends
// first, that is cancelled, and done again by another or at the next start.
func (r *Runner) Stop(ctx context.Context) error {
	err := r.client.Stop(ctx)
	if err == nil || ctx.Err() == nil {
		return err
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := r.client.StopAndCancel(last); err != nil {
		return fmt.Errorf("jobs: stop: %w", err)
	}
	return nil
}

// stopTimeout is how long what was cancelled has to return.
const stopTimeout = 5 * time.Second
