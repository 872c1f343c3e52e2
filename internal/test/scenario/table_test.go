package scenario_test

import "slices"

func table() []scenario {
	return slices.Concat(
		createdScenarios(), unreadableScenarios(), retriedScenarios(), rejectedScenarios(), rateLimitScenarios(),
		connectionScenarios(), contextScenarios(), redirectScenarios(),
		readScenarios(), validateScenarios(), serviceScenarios(), visionScopeScenarios(),
	)
}
