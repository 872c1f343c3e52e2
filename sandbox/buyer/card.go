package buyer

// The documented test cards. Any other number is approved.
const (
	CardApproved          = "4242 4242 4242 4242"
	CardDeclined          = "4000 0000 0000 0002"
	CardInsufficientFunds = "4000 0000 0000 9995"
	// CardChallenge asks for 3D Secure: press ButtonPassChallenge or ButtonFailChallenge next.
	CardChallenge = "4000 0027 6000 3184"
	// CardGatewayTimeout is for VisionScope only: the charge is settled 10 s later.
	CardGatewayTimeout = "4000 0000 0000 0119"
)
