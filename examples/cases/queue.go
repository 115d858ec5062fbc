package main

import (
	"encoding/json"
	"time"

	"github.com/kulanz-go/kulanz/escalation/queue"
)

// erlangC tells the figures of a queue in which everybody waits.
func erlangC(c mixedCase) (any, error) {
	in, err := read[struct {
		Agents  int         `json:"agents"`
		Erlangs json.Number `json:"erlangs"`
	}](c)
	if err != nil {
		return nil, err
	}
	load, err := in.Erlangs.Float64()
	if err != nil {
		return nil, err
	}
	q, err := queue.NewErlangC(in.Agents, load)
	if err != nil {
		return nil, err
	}
	return map[string]float64{
		"erlang_b": q.Blocked(), "erlang_c": q.Waits(), "asa_over_aht": q.MeanWait(), "lq": q.Length(),
		"occupancy": q.Occupancy(), "sl_t_0_1aht": q.Within(.1),
	}, nil
}

// erlangA tells the figures of a queue in which customers give up.
func erlangA(c mixedCase) (any, error) {
	in, err := read[struct {
		Agents     int         `json:"agents"`
		Erlangs    json.Number `json:"erlangs"`
		Impatience json.Number `json:"theta_over_mu"`
	}](c)
	if err != nil {
		return nil, err
	}
	load, err := in.Erlangs.Float64()
	if err != nil {
		return nil, err
	}
	impatience, err := in.Impatience.Float64()
	if err != nil {
		return nil, err
	}
	q, err := queue.NewErlangA(in.Agents, load, impatience)
	if err != nil {
		return nil, err
	}
	return map[string]float64{
		"p_wait": q.Waits(), "p_abandon": q.Abandons(), "mean_wait_over_aht": q.MeanWait(),
	}, nil
}

// wait tells how long somebody waits who joins now.
func wait(c mixedCase) (any, error) {
	in, err := read[struct {
		Ahead   int         `json:"ahead"`
		Agents  int         `json:"agents_busy"`
		Seconds json.Number `json:"aht_s"`
		CV2     json.Number `json:"cv2"`
	}](c)
	if err != nil {
		return nil, err
	}
	seconds, err := in.Seconds.Float64()
	if err != nil {
		return nil, err
	}
	cv2, err := in.CV2.Float64()
	if err != nil {
		return nil, err
	}
	h := queue.Handling{Mean: time.Duration(seconds * float64(time.Second)), CV2: cv2}
	got := map[string]float64{"mean_s": h.Mean.Seconds() * float64(in.Ahead+1) / float64(in.Agents)}
	for name, p := range map[string]float64{"p50_s": .5, "p80_s": .8, "p90_s": .9} {
		if got[name], err = h.Quantile(p, in.Ahead, in.Agents); err != nil {
			return nil, err
		}
	}
	return got, nil
}
