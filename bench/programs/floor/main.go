// Command floor is a program that sends and reads JSON.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
)

func main() {
	response, err := http.Get(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var body map[string]any
	err = json.NewDecoder(response.Body).Decode(&body)
	fmt.Println(body, err, response.Body.Close())
}
