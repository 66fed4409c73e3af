import Lake
open Lake DSL

package LeanMining

@[default_target]
lean_lib LeanMining
