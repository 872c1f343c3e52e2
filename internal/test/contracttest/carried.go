package contracttest

import "reflect"

// A Carrier is a generated type of the contract and the handwritten one that stands for it.
type Carrier struct {
	generated, handwritten reflect.Type
	renamed                map[string]string // members that the handwritten type has under another name
	leftOut                map[string]string // members that it has nowhere, and why
}

// Carries makes a carrier of a value of each type, the members that the handwritten one has under another name, and those that
// it has nowhere, with the reason.
func Carries(generated, handwritten any, renamed, leftOut map[string]string) Carrier {
	return Carrier{reflect.TypeOf(generated), reflect.TypeOf(handwritten), renamed, leftOut}
}

// Carried holds handwritten types to the contract: each schema has a carrier, or is left out for a reason, and so has each
// of its members. What is listed and not in the contract is a violation too.
func (c *Contract) Carried(carriers map[string]Carrier, leftOut map[string]string) {
	c.t.Helper()
	schemas := c.calls[0].Spec.Components.Schemas
	for schema := range schemas {
		_, is := carriers[schema]
		_, isNot := leftOut[schema]
		if is == isNot {
			c.fail("schema " + schema + ": say which type carries it, or why none does")
		}
	}
	if len(carriers)+len(leftOut) != len(schemas) {
		c.fail("a schema is listed that it does not have")
	}
	for schema, carrier := range carriers {
		for _, problem := range carrier.problems() {
			c.fail(schema + problem)
		}
	}
}

func (p Carrier) problems() []string {
	var found []string
	has := func(name string) bool { _, ok := p.handwritten.FieldByName(name); return ok }
	listed := len(p.renamed) + len(p.leftOut)
	for i := range p.generated.NumField() {
		member := p.generated.Field(i)
		other, renamed := p.renamed[member.Name]
		_, leftOut := p.leftOut[member.Name]
		if renamed || leftOut {
			listed--
		}
		name := "." + member.Name
		switch {
		case has(member.Name) && (renamed || leftOut):
			found = append(found, name+" is listed, although "+p.handwritten.String()+" has a field of that name")
		case renamed && !has(other):
			found = append(found, name+": "+p.handwritten.String()+" has no field "+other)
		case !renamed && !leftOut && !has(member.Name):
			found = append(found, name+" ("+member.Tag.Get("json")+"): "+p.handwritten.String()+" does not carry it; add the field, or list it with the reason")
		}
	}
	if listed != 0 {
		found = append(found, ": a member is listed that it does not have")
	}
	return found
}
