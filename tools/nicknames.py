"""Given names that are used for one another in the United States, such as Bill for William.

A short list on purpose: each line is a formal name and what people with that name are commonly
called. A name that is common as a name of its own (Emma, Ella, Ann, Jack) stands on a line only
where both names are regularly used by one person. What is missing here makes a match weaker and a
person looks; what is wrongly here could hide that two people differ.
"""

_GROUPS = """
abigail abby gail
alexander alex alec xander
alexandra alex sandra lexi
andrew andy drew
anthony tony
barbara barb babs
benjamin ben benny
catherine cathy kate katie
charles charlie chuck
christina chris christy tina
christopher chris topher
cynthia cindy
daniel dan danny
deborah debbie deb
donald don donnie
dorothy dot dottie
edward ed eddie ted
eleanor ellie nora
elizabeth liz beth betsy betty eliza lizzie
eugene gene
francisco paco pancho
frederick fred freddie
gabriel gabe
gregory greg
guadalupe lupe
gerald gerry jerry
harold hal
henry hank
jacob jake
jacqueline jackie
james jim jimmy jamie
jennifer jen jenny
jeffrey jeff
jessica jess jessie
jesus chuy
john johnny jack
jonathan jon
jose pepe
joseph joe joey
joshua josh
katherine kathy kate katie kat
kathleen kathy kate
kenneth ken kenny
kimberly kim
lawrence larry
leonard len lenny leo
margaret maggie meg peggy marge
matthew matt
michael mike mikey mick
nathaniel nate nathan
nicholas nick nicky
pamela pam
patricia pat patty trish tricia
patrick pat paddy
peter pete
philip phil
raymond ray
rebecca becky becca
richard rich rick ricky dick
robert rob robby bob bobby
ronald ron ronnie
rosario charo
samantha sam
samuel sam sammy
sarah sally
stephanie steph
stephen steve
steven steve
susan sue susie
teresa terry tess
theodore ted teddy theo
theresa terry tess
thomas tom tommy
timothy tim timmy
valerie val
victoria vicky tori
vincent vince vinny
walter walt wally
william will bill billy willie liam
zachary zach zack
"""

_FORMAL = {}
for _line in _GROUPS.split("\n"):
    for _name in _line.split():
        _FORMAL.setdefault(_name, set()).add(_line.split()[0])


def same(one: str, other: str) -> bool:
    """Whether two given names, in lower case without accents, are used for one another."""
    return one == other or bool(_FORMAL.get(one, set()) & _FORMAL.get(other, set()))
