package config

import "github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/private"

// An Explanation is how the configuration looks under --json.
type Explanation struct {
	Settings []Explained     `json:"settings"`
	Files    []ExplainedFile `json:"files"`
}

// An Explained is one setting.
type Explained struct {
	Name      string     `json:"name"`
	What      string     `json:"what"`
	Value     string     `json:"value,omitempty"` // masked
	Mode      string     `json:"mode,omitempty"`
	Place     Place      `json:"place,omitempty"` // empty when it is not set
	Overrides []Override `json:"overrides,omitempty"`
	Problem   string     `json:"problem,omitempty"`

	value string
}

// Reveal is the value itself, which may be a secret; empty when it is not set.
func (x Explained) Reveal() string { return x.value }

// An Override is a place whose value loses.
type Override struct {
	Place Place `json:"place"`
	Same  bool  `json:"same"` // as the value that wins
}

// An ExplainedFile is a file that values can come from.
type ExplainedFile struct {
	Path    string `json:"path"`
	Place   Place  `json:"place"`
	Used    bool   `json:"used"` // it is there, and may be read
	Problem string `json:"problem,omitempty"`
}

// Explain finds out what wins, given the values of flags.
func Explain(flags map[string]string) Explanation {
	files := settingsFiles()
	var view Explanation
	for _, s := range Settings() {
		view.Settings = append(view.Settings, explainSetting(s, flags, files))
	}
	for _, known := range []ExplainedFile{{Path: DotEnv, Place: FromDotEnv}, {Path: private.AtHome(Path()), Place: FromFile}} {
		for _, f := range files {
			if f.place == known.Place && f.problem != nil {
				known.Problem = private.WithoutHome(f.problem.Error())
			}
			known.Used = known.Used || f.place == known.Place && f.problem == nil
		}
		if known.Path != "" {
			view.Files = append(view.Files, known)
		}
	}
	return view
}

// unreadable stands for the values of a file that nobody knows: verbs that need one fail.
const unreadable = "\x00"

func explainSetting(s Setting, flags map[string]string, files []settingsFile) Explained {
	x := Explained{Name: s.Name, What: s.What}
	all := []Found{{Value: flags[s.Name], Place: FromFlag}, {Value: ofEnvironment(s.Name), Place: FromEnvironment}}
	rejected := map[Place]bool{}
	for _, f := range files {
		all = append(all, Found{Value: f.values[s.Name], Place: f.place})
		rejected[f.place] = f.problem != nil
		if f.values == nil {
			all[len(all)-1].Value = unreadable
		}
	}
	for _, f := range all {
		switch {
		case f.Value == "":
		case x.Place == "" && rejected[f.Place]:
			x.value, x.Place, x.Value, x.Problem = f.Value, f.Place, "…", "is in a file that is rejected"
		case x.Place == "":
			x.value, x.Place, x.Value, x.Mode, x.Problem = f.Value, f.Place, s.Masked(f.Value), s.Mode(f.Value), s.Problem(f.Value)
		default:
			x.Overrides = append(x.Overrides, Override{f.Place, f.Value == x.value})
		}
	}
	return x
}

// Problems counts settings and files that cannot be used as they are.
func (x Explanation) Problems() int {
	n := 0
	for _, s := range x.Settings {
		if s.Problem != "" {
			n++
		}
	}
	for _, f := range x.Files {
		if f.Problem != "" {
			n++
		}
	}
	return n
}
