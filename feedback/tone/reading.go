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
	english := r.english()
	for i := range r.tokens[:whole] {
		t := &r.tokens[i]
		s := t.de
		if english || r.seen[0] == r.seen[1] && s.val == 0 && s.role == 0 {
			s = t.en
		}
		t.role, t.weight = s.role, float32(s.val)/10
	}
	from := 0
	for i := range whole {
		if r.tokens[i].after&markStop != 0 || i == whole-1 {
			r.sentence(r.tokens[from : i+1])
			from = i + 1
		}
	}
	r.n = copy(r.tokens[:], r.tokens[whole:r.n])
}

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

// What is good, or bad, in a question, and how much a summary adds.
const (
	inQuestion   = 0.5
	inSummary    = 1.5
	whenShouted  = 1.15
	beforeBut    = 0.6
	afterBut     = 1.4
	whenBoosted  = 1.35
	whenDamped   = 0.6
	badTurned    = -0.5 // "nicht schlecht"
	goodTurned   = -0.8 // "nicht gut"
	unheldTurn   = -0.7 // a negation of what is neither good nor bad
	badIrrealis  = -0.3 // "wäre schön gewesen"
	doubleWeight = 1.1  // of bad against good
)

// sentence adds what a sentence says.
func (r *reading) sentence(t []token) {
	r.phrase(t)
	roles := clauses(t)
	ironic := ironyIn(t)
	r.ironic = r.ironic || ironic
	if roles&(roleBoost|roleDamp) != 0 {
		boost(t)
	}
	if roles&roleNegator != 0 {
		for i := range t {
			if t[i].role&roleNegator != 0 {
				negate(t, i)
			}
		}
	}
	if roles&roleIrrealis != 0 {
		irrealis(t)
	}
	weigh(t)
	for i := range t {
		w := float64(t[i].weight)
		if w == 0 {
			continue
		}
		if w > 0 && ironic {
			continue
		}
		if w > 0 {
			r.good += w
		} else {
			r.bad -= w
		}
		addSpan(&r.spans, Span{int(t[i].start), int(t[i+int(t[i].through)].end), w})
	}
}

// clauses numbers the clauses of a sentence, and returns all roles in it.
func clauses(t []token) role {
	var n uint8
	var roles role
	for i := range t {
		if i > 0 && (t[i-1].after&(markComma|markClause) != 0 || t[i].role&(roleClause|roleBut) != 0) && n < 255 {
			n++
		}
		t[i].clause = n
		roles |= t[i].role
	}
	return roles
}

// boost lets "sehr" and "etwas" work on the next good or bad word.
func boost(t []token) {
	const reach = 2
	for i := range t {
		if t[i].role&(roleBoost|roleDamp) == 0 {
			continue
		}
		for j := i + 1; j < len(t) && j <= i+reach && t[j].clause == t[i].clause; j++ {
			if t[j].weight == 0 {
				continue
			}
			if t[i].role&roleBoost != 0 {
				t[j].weight *= whenBoosted
			} else {
				t[j].weight *= whenDamped
			}
			break
		}
	}
}

// How far a negation reaches, in words.
const (
	reachAhead = 4
	reachBack  = 8
)

// negate turns what the negation at i belongs to: the next good or bad word
// of its clause, else, where it may stand behind, the last good one before it. One
// that finds neither tells of something that did not happen, which is bad.
func negate(t []token, i int) {
	if turnAhead(t, i) || t[i].role&roleBack != 0 && turnBack(t, i) {
		return
	}
	if t[i].weight == 0 && len(t) > 1 { // "No" alone answers some question
		t[i].weight = unheldTurn
	}
}

func turnAhead(t []token, i int) bool {
	for j := i + 1 + int(t[i].through); j < len(t) && j <= i+reachAhead && t[j].clause == t[i].clause; j++ {
		before := t[j].weight
		if !turn(&t[j]) {
			continue
		}
		next := j + 1
		if next < len(t) && t[next].clause == t[i].clause && (t[next].weight > 0) == (before > 0) {
			turn(&t[next]) // "keine langen Wartezeiten"
		}
		return true
	}
	return false
}

// turnBack passes bad words over: "ein Problem, das nicht gelöst ist" stays one.
func turnBack(t []token, i int) bool {
	for j := i - 1; j >= 0 && j >= i-reachBack && t[j].clause == t[i].clause; j-- {
		if t[j].weight > 0 && turn(&t[j]) {
			return true
		}
	}
	return false
}

// turn turns a word and reports whether there was one to turn.
func turn(t *token) bool {
	if t.weight == 0 || t.turned || t.role&(roleFixed|roleNegator) != 0 {
		return false
	}
	t.turned = true
	if t.weight > 0 {
		t.weight *= goodTurned
	} else {
		t.weight *= badTurned
	}
	return true
}

// irrealis makes of what would have been good what was missed.
func irrealis(t []token) {
	for i := range t {
		if t[i].role&roleIrrealis == 0 {
			continue
		}
		for j := range t {
			if t[j].clause == t[i].clause && t[j].weight > 0 && t[j].role&roleFixed == 0 {
				t[j].weight *= badIrrealis
			}
		}
	}
}

// ironyIn reports whether praise in a sentence may mean its opposite: a phrase
// as "na toll", rolling eyes, a word of praise in quotation marks, or "super,
// nicht?".
func ironyIn(t []token) bool {
	for i := range t {
		if t[i].role&roleIrony != 0 {
			return true
		}
		if t[i].weight <= 0 {
			continue
		}
		end := i + int(t[i].through)
		if t[i].before&markQuote != 0 && t[end].after&markQuote != 0 {
			return true
		}
		if end == len(t)-2 && t[end].after&(markComma|markClause) != 0 && t[end+1].role&roleNegator != 0 {
			t[end+1].role = 0
			return true
		}
	}
	return false
}

// weigh sets the parts of a sentence against each other.
func weigh(t []token) {
	all := float32(1)
	if t[len(t)-1].after&markQuestion != 0 {
		all = inQuestion
	} else if t[len(t)-1].after&markExclamation != 0 {
		all = whenShouted
	}
	factor := all
	for i := range t {
		if t[i].role&roleSummary != 0 {
			factor *= inSummary
		}
		if t[i].role&roleBut != 0 {
			for j := range t[:i] {
				t[j].weight *= beforeBut
			}
			factor = all * afterBut
		}
		t[i].weight *= factor
		if t[i].loud {
			t[i].weight *= whenShouted
		}
	}
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
