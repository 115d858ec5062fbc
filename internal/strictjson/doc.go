// Package strictjson decodes JSON from outside. It is encoding/json with the
// doors closed: a key that no field has, one that is given twice, and one
// that differs from a field's name in case only are errors, as are invalid
// UTF-8 and anything after the value.
//
// A pass over the tokens, next to the type to be filled, finds all that is
// wrong at once and says where: each [*Error] names the path of a value, as
// in "targets[0].within", and carries what a type's own decoder said of it.
// Then encoding/json fills the value. Nothing is filled if anything is wrong.
//
// The package keeps no state and is safe for concurrent use. It is for input
// that is not trusted; what the library itself stored needs no such care.
package strictjson
