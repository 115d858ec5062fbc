package review

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kulanz-go/kulanz/feedback/tone"
	"github.com/kulanz-go/kulanz/internal/fold"
)

// DraftCode says what is wrong with a draft.
type DraftCode string

// The codes. The first three block a reply, the others are advice.
const (
	// DraftSlot: something has not been filled in.
	DraftSlot DraftCode = "slot"
	// DraftIncentive: something is offered for giving, changing or removing a
	// review. That is unfair (section 5a(1) UWG, Annex to section 3(3) UWG no. 23c,
	// as of 2026-11), and every large platform forbids it.
	DraftIncentive DraftCode = "incentive"
	// DraftPersonal: a public reply shows an address, a number, or what the host
	// named as private.
	DraftPersonal DraftCode = "personal_data"
	// DraftAsksChange: the customer is asked to change or remove the review.
	DraftAsksChange DraftCode = "asks_change"
	// DraftNoApology: a critical review is answered without an apology.
	DraftNoApology DraftCode = "no_apology"
	// DraftTone: it blames, mocks or defends; Advice says what to write instead.
	DraftTone DraftCode = "tone"
)

// DraftWarning is one thing that is wrong with a draft.
type DraftWarning struct {
	Code DraftCode `json:"code"`
	// Start and End are where, in bytes of the draft, half-open; both 0: nowhere.
	Start  int    `json:"start,omitempty"`
	End    int    `json:"end,omitempty"`
	Blocks bool   `json:"blocks,omitempty"` // it must not be sent like this
	Advice string `json:"advice"`
}

// DraftCheck says what a draft is held to.
type DraftCheck struct {
	Lang       string // of the advice
	Visibility Visibility
	Criticality
	// Contact is the shop's own address or number, which a public reply may show.
	Contact string
	// Private are what a public reply must not show: order and customer
	// references, names.
	Private []string
	// Replies finds blame, sarcasm and defence; nil: not looked for. See
	// tone.NewReplyChecker.
	Replies *tone.ReplyChecker
}

// maxWarnings bounds what is reported of one draft.
const maxWarnings = 50

// Check looks through a draft. What is found is sorted by where it stands.
func (d *DraftCheck) Check(text string) []DraftWarning {
	var list []DraftWarning
	add := func(code DraftCode, start, end int, advice string) {
		blocks := code == DraftSlot || code == DraftIncentive || code == DraftPersonal
		if len(list) < maxWarnings {
			list = append(list, DraftWarning{code, start, end, blocks, advice})
		}
	}
	for _, slot := range slots(text) {
		add(DraftSlot, slot[0], slot[1], pick(d.Lang, "Hier fehlt noch etwas.", "Something is missing here."))
	}
	words := wordsOf(text)
	for _, s := range words.asks() {
		code, advice := DraftAsksChange, pick(d.Lang,
			"Bitten Sie nicht darum, eine Bewertung zu ändern.", "Do not ask for a review to be changed.")
		if s.paid {
			code, advice = DraftIncentive, pick(d.Lang,
				"Für eine Bewertung darf nichts angeboten werden.", "Nothing may be offered for a review.")
		}
		add(code, s.start, s.end, advice)
	}
	if d.Visibility == Public {
		for _, at := range d.personal(text) {
			add(DraftPersonal, at[0], at[1], pick(d.Lang,
				"Öffentlich gehört das nicht hin; schreiben Sie es privat.", "This does not belong in public; write it privately."))
		}
	}
	if d.Criticality == Critical && !words.any(apologies()) {
		add(DraftNoApology, 0, 0, pick(d.Lang, "Sagen Sie, dass es Ihnen leidtut.", "Say that you are sorry."))
	}
	if d.Replies != nil {
		for _, w := range d.Replies.Check(text) {
			add(DraftTone, w.Start, w.End, w.Advice)
		}
	}
	slices.SortStableFunc(list, func(a, b DraftWarning) int { return cmp.Compare(a.Start, b.Start) })
	return list
}

// slots finds what stands in braces, as "{remedy}".
func slots(text string) [][2]int {
	var list [][2]int
	for at := 0; ; {
		open := strings.IndexByte(text[at:], '{')
		if open < 0 {
			return list
		}
		open += at
		end := strings.IndexAny(text[open+1:], "{}\n")
		if end < 0 {
			return list
		}
		end += open + 1
		if text[end] == '}' {
			list = append(list, [2]int{open, end + 1})
			end++
		}
		at = end
	}
}

// personal finds mail addresses, long numbers, and what the host named.
func (d *DraftCheck) personal(text string) [][2]int {
	shown := text
	if d.Contact != "" {
		shown = strings.ReplaceAll(text, d.Contact, strings.Repeat(" ", len(d.Contact)))
	}
	var list [][2]int
	for _, p := range d.Private {
		for at := 0; p != "" && at+len(p) <= len(shown); at++ {
			if strings.EqualFold(shown[at:at+len(p)], p) {
				list = append(list, [2]int{at, at + len(p)})
				break
			}
		}
	}
	for at, rest := 0, shown; ; {
		i := strings.IndexByte(rest, '@')
		if i < 0 {
			break
		}
		if i > 0 && rest[i-1] > ' ' && i+1 < len(rest) && rest[i+1] > ' ' {
			start := strings.LastIndexAny(rest[:i], " \n\t<(") + 1
			list = append(list, [2]int{at + start, at + i + 1})
		}
		at, rest = at+i+1, rest[i+1:]
	}
	return append(list, longNumbers(shown)...)
}

// minDigits is from how many digits on a number is one of a person: a telephone,
// an account, an order. Dates and amounts have fewer in a row.
const minDigits = 9

// longNumbers finds digits with nothing but blanks and signs between them.
func longNumbers(text string) [][2]int {
	var list [][2]int
	start, digits := -1, 0
	for i := 0; i <= len(text); i++ {
		switch {
		case i < len(text) && text[i] >= '0' && text[i] <= '9':
			if digits == 0 {
				start = i
			}
			digits++
		case i < len(text) && digits > 0 && strings.IndexByte(" -/()", text[i]) >= 0:
		default:
			if digits >= minDigits {
				list = append(list, [2]int{start, i})
			}
			digits = 0
		}
	}
	return list
}

// words are the folded words of a draft, by sentence.
type words struct {
	tokens   []fold.Token
	sentence []int // of each token
}

func wordsOf(text string) words {
	w := words{tokens: fold.Tokens(text)}
	w.sentence = make([]int, len(w.tokens))
	for i := 1; i < len(w.tokens); i++ {
		w.sentence[i] = w.sentence[i-1]
		if from, to := w.tokens[i-1].End, w.tokens[i].Start; from < to && strings.ContainsAny(text[from:to], ".!?;\n") {
			w.sentence[i]++
		}
	}
	return w
}

// is reports whether a word is one of some, or begins with one that ends in *.
func is(word string, list []string) bool {
	return slices.ContainsFunc(list, func(one string) bool {
		if stem, open := strings.CutSuffix(one, "*"); open {
			return strings.HasPrefix(word, stem)
		}
		return word == one
	})
}

// any reports whether one of the words is there.
func (w *words) any(list []string) bool {
	return slices.ContainsFunc(w.tokens, func(t fold.Token) bool { return is(t.Text, list) })
}

// in returns the sentences that hold one of the words.
func (w *words) in(list []string) map[int]bool {
	found := map[int]bool{}
	for i, t := range w.tokens {
		if !found[w.sentence[i]] && is(t.Text, list) {
			found[w.sentence[i]] = true
		}
	}
	return found
}

// ask is a place where a review is asked for, or asked to be changed.
type ask struct {
	start, end int
	paid       bool
}

// reach is how many words may lie between a review and what is to be done with
// it.
const reach = 4

// asks finds where a review is to be changed, and where something is given for
// one. Both are found by words that stand together, so a clumsy sentence may be
// taken for one; a person reads the warning.
func (w *words) asks() []ask {
	var list []ask
	rewarded, conditional := w.in(rewards()), w.in(conditions())
	for i, t := range w.tokens {
		if !isReview(t.Text) {
			continue
		}
		s := w.sentence[i]
		switch at, changed := w.changed(i); {
		case changed:
			first, last := min(i, at), max(i, at)
			list = append(list, ask{w.tokens[first].Start, w.tokens[last].End, rewarded[s-1] || rewarded[s] || rewarded[s+1]})
		case rewarded[s] && (conditional[s] || w.inExchange(i)):
			list = append(list, ask{t.Start, t.End, true})
		}
	}
	return list
}

// changed finds a word for changing near a review, in its sentence.
func (w *words) changed(review int) (int, bool) {
	for j := max(0, review-reach); j < min(len(w.tokens), review+reach+1); j++ {
		if w.sentence[j] == w.sentence[review] && is(w.tokens[j].Text, changes()) {
			return j, true
		}
	}
	return 0, false
}

// inExchange reports whether it says "for a review", and is no thanks for one.
func (w *words) inExchange(review int) bool {
	for j := max(0, review-reach); j < review; j++ {
		if w.sentence[j] != w.sentence[review] || !is(w.tokens[j].Text, []string{"fuer", "for", "gegen"}) {
			continue
		}
		return j == 0 || !is(w.tokens[j-1].Text, []string{"dank*", "thank*", "you", "herzlich*", "vielmals", "entschuldig*"})
	}
	return false
}

func isReview(word string) bool {
	return strings.Contains(word, "bewertung") || strings.Contains(word, "rezension") ||
		is(word, []string{"bewerten", "bewertest", "sterne", "sternen", "review*", "rating*", "stars"})
}

// The words, folded.

func changes() []string {
	return []string{
		"aender*", "abaender*", "anpass*", "anzupassen", "abzuaendern", "ueberdenk*", "loesch*", "entfern*", "zurueckzieh*", "zurueckzuziehen",
		"zuruecknehm*", "zurueckzunehmen", "aktualisier*", "verbesser*", "korrigier*", "heraufsetz*", "heraufzusetzen", "erhoeh*", "streich*",
		"change", "changing", "edit*", "update", "updating", "remove", "removing", "delete", "deleting", "improve", "improving", "revise",
		"revising", "withdraw*", "reconsider*", "raise", "raising", "amend*", "take",
	}
}

func rewards() []string {
	return []string{
		"gutschein*", "rabatt*", "preisnachlass*", "nachlass", "geschenk*", "praemie*", "bonus*", "gewinnspiel*", "verlos*", "belohn*", "gratis*",
		"kostenlos*", "treuepunkt*", "bonuspunkt*", "erstatt*", "rueckerstatt*", "verguet*", "cashback", "voucher*", "discount*", "coupon*",
		"gift*", "reward*", "prize*", "raffle*", "refund*", "free", "points", "compensat*",
	}
}

func conditions() []string {
	return []string{"wenn", "falls", "sobald", "sofern", "dafuer", "gegenzug", "if", "once", "exchange", "return", "provided"}
}

func apologies() []string {
	return []string{"entschuldig*", "leid", "leidtut", "bedauer*", "verzeih*", "sorry", "apolog*", "regret*"}
}
