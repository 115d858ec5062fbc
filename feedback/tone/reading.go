package tone

// maxChunk is how many words are held at a time. A longer sentence is read in
// pieces.
const maxChunk = 64

// token is a word or an emoji of the text.
type token struct {
	start, end int32
	key        uint64 // of the folded word, for phrases
	entry
	role          role // in the language of the text, or of the phrase that begins here
	before, after marks
	weight        float32 // what it adds, in the course of the rules
	clause        uint8
	loud          bool // stretched, or all capitals
	turned        bool // a negation has turned it
	by            int8 // where that negation stands, from here; 0: not told
	through       int8 // how many words more belong to the phrase that begins here
}

// reading is one text that is read.
type reading struct {
	engine *Engine
	scan   scanner
	tokens [maxChunk]token
	n      int
	seen   [2]int // words that tell the language: German, English
	good   float64
	bad    float64
	ironic bool
	spans  Spans
}

func (r *reading) run(text string) {
	r.scan.text = text
	for {
		m, more := r.scan.skip()
		if r.n > 0 {
			r.tokens[r.n-1].after = m
		}
		if !more {
			break
		}
		if r.n == maxChunk {
			r.flush(false)
		}
		r.next(m)
	}
	r.flush(true)
}

// next reads a token behind marks.
func (r *reading) next(before marks) {
	t := &r.tokens[r.n]
	start := r.scan.pos
	end := r.scan.token()
	*t = token{start: int32(start), end: int32(end), before: before} //nolint:gosec // a text is read up to 2^30
	r.n++
	if r.scan.emoji != 0 {
		t.de.val = emojiValence(r.scan.emoji)
		t.de.role = roleFixed
		if r.scan.emoji == '🙄' {
			t.de.role |= roleIrony
		}
		t.en = t.de
		return
	}
	t.key, t.entry = r.engine.look(&r.scan)
	t.loud = r.scan.stretched || r.scan.shouted
	if t.de.role&roleMarker != 0 {
		r.seen[0]++
	}
	if t.en.role&roleMarker != 0 {
		r.seen[1]++
	}
}

// flush reads the sentences that are there. Unless the text has ended, the last
// one waits for its rest, if it is not the only one.
func (r *reading) flush(last bool) {
	whole := r.n
	if !last {
		for whole > 0 && r.tokens[whole-1].after&markStop == 0 {
			whole--
		}
		if whole == 0 {
			whole = r.n
		}
	}
	r.mean(r.tokens[:whole])
	from := 0
	for i := range whole {
		if r.tokens[i].after&markStop != 0 || i == whole-1 {
			r.sentence(r.tokens[from : i+1])
			from = i + 1
		}
	}
	r.n = copy(r.tokens[:], r.tokens[whole:r.n])
}

// mean gives words the sense that they have in the language of the text.
func (r *reading) mean(t []token) {
	english := r.english()
	for i := range t {
		s := t[i].de
		if english || r.seen[0] == r.seen[1] && s == (sense{}) {
			s = t[i].en
		}
		t[i].role, t[i].weight = s.role, float32(s.val)/10
		if i > 0 && t[i-1].role&roleTitle != 0 && isCapital(r.scan.text[t[i].start]) {
			t[i].role, t[i].weight = 0, 0 // a name
		}
	}
}

func isCapital(c byte) bool { return c >= 'A' && c <= 'Z' }

func (r *reading) english() bool { return r.seen[1] > r.seen[0] }

func (r *reading) language() Language {
	switch {
	case r.seen[0] > r.seen[1]:
		return German
	case r.seen[1] > r.seen[0]:
		return English
	}
	return ""
}

// phrase finds the longest phrases; what lies within says nothing more.
func (r *reading) phrase(t []token) {
	for i := 0; i < len(t); i++ {
		if t[i].role&roleStarts == 0 {
			continue
		}
		if s, last := r.longest(t, i); last > i {
			t[i].role, t[i].weight, t[i].through = s.role, float32(s.val)/10, int8(last-i) //nolint:gosec // a phrase has few words
			for j := i + 1; j <= last; j++ {
				t[j].role, t[j].weight = 0, 0
			}
			i = last
		}
	}
}

// maxPhrase is how many words a phrase has at most, and maxFill how many fillers
// may stand in it.
const (
	maxPhrase = 6
	maxFill   = 3
)

// longest returns the longest phrase that begins at a token, and its last token.
// It goes on as long as the words are the beginning of some phrase.
func (r *reading) longest(t []token, i int) (sense, int) {
	var found sense
	last, fill := i, 0
	h := chain(0, t[i].key)
	for j := i + 1; j < len(t); j++ {
		if t[j].role&roleFiller != 0 {
			if fill++; fill > maxFill {
				break
			}
			continue
		}
		h = chain(h, t[j].key)
		s := r.engine.phrases.find(h)
		if s == (entry{}) {
			break
		}
		meant := s.de
		if r.english() || meant.without(roleStarts) == (sense{}) {
			meant = s.en
		}
		if meant = meant.without(roleStarts); meant != (sense{}) {
			found, last = meant, j
		}
	}
	return found, last
}

// result puts the evidence together.
func (r *reading) result() Result {
	res := Result{Label: Unknown, Source: FromLexicon, Language: r.language(), Spans: r.spans}
	bad := r.bad * doubleWeight
	if r.good+bad > 0 {
		res.Polarity = (r.good - bad) / (r.good + bad + 1)
	}
	switch {
	case r.ironic && res.Polarity >= 0:
		res.Doubt, res.Polarity = Irony, 0
	case r.good+bad == 0:
		res.Doubt = NoEvidence
	case res.Polarity > r.engine.threshold:
		res.Label = Positive
	case res.Polarity < -r.engine.threshold:
		res.Label = Negative
	default:
		res.Label = Neutral
	}
	if res.Label != Unknown {
		res.Confidence = confidence(res.Polarity)
	}
	return res
}
