prelude
import LeanMining.Clipping
import LeanMining.Nucleus.Certificate
import LeanMining.Nucleus.Gap
