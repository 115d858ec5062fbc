package ticket

import (
	"fmt"

	"github.com/kulanz-go/kulanz/sla"
)

// livePolicies are those of the config, whichever way they are given.
func (cfg Config) livePolicies() func(string) *sla.PolicySet {
	if cfg.LivePolicies == nil && cfg.Policies != nil {
		return func(string) *sla.PolicySet { return cfg.Policies }
	}
	return cfg.LivePolicies
}

func checkPlanning(c *check, cfg Config) {
	if cfg.Policies != nil && cfg.LivePolicies != nil {
		c.fail("policies", "", "are given twice, for good and live")
	} else if live := cfg.livePolicies(); live != nil {
		if set := live(""); set == nil {
			c.fail("live_policies", "nil", "are missing")
		} else if _, ok := set.Newest(cfg.Policy); !ok {
			c.fail("policy", cfg.Policy, "is in none of the policies")
		}
	}
	names := make(map[string]bool)
	for i, p := range cfg.Planners {
		path := fmt.Sprintf("planners[%d]", i)
		if p == nil {
			c.fail(path, "nil", "is missing")
			continue
		}
		if p.Name() == "" || names[p.Name()] {
			c.fail(path+".name", p.Name(), "is empty or taken")
		}
		names[p.Name()] = true
	}
}
