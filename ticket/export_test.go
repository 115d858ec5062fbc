package ticket

import "encoding/json"

// Fire runs one row of the table through the state machine.
func (w *Workflow) Fire(rowID string, from State) (State, error) { return w.machine.fire(rowID, from) }

// Recode is what every store and every desk pays at least: a record's Data
// read and written by encoding/json.
func Recode(data []byte) error {
	var env envelope
	if err := json.Unmarshal(data, &env); err != nil {
		return err
	}
	_, err := json.Marshal(&env)
	return err
}
