package tone

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
	shown := 0 // up to which word evidence is shown
	for i := range t {
		w := float64(t[i].weight)
		if w == 0 || w > 0 && ironic {
			continue
		}
		if w > 0 {
			r.good += w
		} else {
			r.bad -= w
		}
		from, to := extent(t, i)
		from = min(i, max(from, shown))
		addSpan(&r.spans, Span{int(t[from].start), int(t[to].end), w})
		shown = to + 1
	}
}

// extent is from which word to which the evidence at i is shown: with the
// negation that turned it, where nothing else weighs between them.
func extent(t []token, i int) (int, int) {
	from, to := i, i+int(t[i].through)
	other := i + int(t[i].by)
	if other == i || t[other].weight != 0 {
		return from, to
	}
	for k := min(other, to) + 1; k < max(other, from); k++ {
		if t[k].weight != 0 {
			return from, to
		}
	}
	return min(from, other), max(to, other)
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
		t[j].by = int8(i - j) //nolint:gosec // within reach
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
			t[j].by = int8(i - j) //nolint:gosec // within reach
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
		t.weight = min(t.weight*goodTurned, unheldTurn)
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
