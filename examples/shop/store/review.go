package store

import (
	"context"
	"time"
)

// Review is a review that was left with the shop itself, without its words: they
// are in the review log, from where an erasure takes them.
type Review struct {
	External string
	At       time.Time
	Thread   string
	Reply    string
	Key      string // of the reply
	Replied  time.Time
}

// KeepReview writes a new review; one that is there already stays.
func (d *DB) KeepReview(ctx context.Context, r Review) error {
	return d.In(ctx, func(tx *Tx) error { return tx.KeepReview(ctx, r) })
}

// KeepReview writes a new review, with its reply where it has one; one that is there
// already stays.
func (t *Tx) KeepReview(ctx context.Context, r Review) error {
	replied := int64(0)
	if r.Reply != "" {
		replied = r.Replied.UnixMicro()
	}
	return t.exec(ctx, `INSERT INTO shop_review (external, at, thread, reply, replykey, replied) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (external) DO NOTHING`, r.External, r.At.UnixMicro(), r.Thread, r.Reply, r.Key, replied)
}

// AnswerReview writes a reply where there is none, and returns what stands there.
func (d *DB) AnswerReview(ctx context.Context, external, key, text string, at time.Time) (Review, error) {
	if err := d.exec(ctx, "UPDATE shop_review SET reply = $2, replykey = $3, replied = $4 WHERE external = $1 AND replykey = ''",
		external, text, key, at.UnixMicro()); err != nil {
		return Review{}, err
	}
	return d.review(ctx, external)
}

func (d *DB) review(ctx context.Context, external string) (Review, error) {
	r := Review{External: external}
	var at, replied int64
	err := d.one(ctx, []any{&at, &r.Thread, &r.Reply, &r.Key, &replied},
		"SELECT at, thread, reply, replykey, replied FROM shop_review WHERE external = $1", external)
	r.At, r.Replied = time.UnixMicro(at).UTC(), time.UnixMicro(replied).UTC()
	return r, err
}

// Reviews returns the latest reviews.
func (d *DB) Reviews(ctx context.Context, limit int) ([]Review, error) {
	var out []Review
	err := d.each(ctx, func(scan func(...any) error) error {
		var r Review
		var at, replied int64
		if err := scan(&r.External, &at, &r.Thread, &r.Reply, &r.Key, &replied); err != nil {
			return err
		}
		r.At, r.Replied = time.UnixMicro(at).UTC(), time.UnixMicro(replied).UTC()
		out = append(out, r)
		return nil
	}, "SELECT external, at, thread, reply, replykey, replied FROM shop_review ORDER BY at DESC LIMIT $1", limit)
	return out, err
}
