// The emoji of the picker, by group, each with the name by which it is found: the characters' own names in Unicode.

type Group = readonly [string, readonly (readonly [string, string])[]];

const LISTED: readonly (readonly [string, string])[] = [
  ["faces", `
    😀 grinning face; 😁 grinning face with smiling eyes; 😂 face with tears of joy; 😃 smiling;
    😄 smiling and smiling eyes; 😅 smiling and cold sweat; 😆 smiling and tightly-closed eyes;
    😇 smiling face with halo; 😈 smiling face with horns; 😉 winking face; 😊 smiling face with smiling eyes;
    😋 face savouring delicious food; 😌 relieved face; 😍 smiling face with heart-shaped eyes;
    😎 smiling face with sunglasses; 😏 smirking face; 😐 neutral face; 😑 expressionless face; 😒 unamused face;
    😓 face with cold sweat; 😔 pensive face; 😕 confused face; 😖 confounded face; 😗 kissing face;
    😘 face throwing a kiss; 😙 kissing face with smiling eyes; 😚 kissing face with closed eyes;
    😛 face with stuck-out tongue; 😜 face with stuck-out tongue and winking eye;
    😝 face with stuck-out tongue and tightly-closed eyes; 😞 disappointed face; 😟 worried face; 😠 angry face;
    😡 pouting face; 😢 crying face; 😣 persevering face; 😤 face with look of triumph;
    😥 disappointed but relieved face; 😦 frowning face with open mouth; 😧 anguished face; 😨 fearful face;
    😩 weary face; 😪 sleepy face; 😫 tired face; 😬 grimacing face; 😭 loudly crying face; 😮 face with open mouth;
    😯 hushed face; 😰 face with open mouth and cold sweat; 😱 face screaming in fear; 😲 astonished face;
    😳 flushed face; 😴 sleeping face; 😵 dizzy face; 😶 face without mouth; 😷 face with medical mask;
    🙁 slightly frowning face; 🙂 slightly smiling face; 🙃 upside-down face; 🙄 face with rolling eyes;
    🤐 zipper-mouth face; 🤑 money-mouth face; 🤒 face with thermometer; 🤓 nerd face; 🤔 thinking face;
    🤕 face with head-bandage; 🤖 robot face; 🤗 hugging face; 🤠 face with cowboy hat; 🤡 clown face; 🤢 nauseated face;
    🤣 rolling on the floor laughing; 🤤 drooling face; 🤥 lying face; 🤧 sneezing face;
    🤨 face with one eyebrow raised; 🤩 grinning face with star eyes;
    🤪 grinning face with one large and one small eye; 🤫 face with finger covering closed lips;
    🤬 serious face withs covering mouth; 🤭 smiling face with smiling eyes and hand covering mouth;
    🤮 face with open mouth vomiting; 🤯 shocked face with exploding head;
    🥰 smiling face with smiling eyes and three hearts; 🥱 yawning face; 🥲 smiling face with tear;
    🥳 face with party horn and party hat; 🥴 face with uneven eyes and wavy mouth; 🥵 overheated face;
    🥶 freezing face; 🥹 face holding back tears; 🥺 face with pleading eyes; 🥸 disguised face; 🧐 face with monocle;
    💩 pile of poo; 👻 ghost; 💀 skull; 👽 extraterrestrial alien; 😺 smiling cat face with open mouth;
    😸 grinning cat face with smiling eyes; 😹 cat face with tears of joy; 😻 smiling cat face with heart-shaped eyes;
    😼 cat face with wry smile; 😽 kissing cat face with closed eyes; 🙀 weary cat face; 😿 crying cat face;
    😾 pouting cat face; 🙈 see-no-evil monkey; 🙉 hear-no-evil monkey; 🙊 speak-no-evil monkey
  `],
  ["people", `
    👋 waving hand sign; 🤚 raised back of hand; 🖐️ raised hand with fingers splayed; ✋ raised hand;
    🖖 raised hand with part between middle and ring fingers; 👌 ok hand sign; 🤌 pinched fingers; 🤏 pinching hand;
    ✌️ victory hand; 🤞 hand with index and middle fingers crossed; 🤟 i love you hand sign; 🤘 sign of the horns;
    🤙 call me hand; 👈 white left pointing backhand index; 👉 white right pointing backhand index;
    👆 white up pointing backhand index;
    👇 white down pointing backhand index; ☝️ white up pointing index; 👍 thumbs up sign; 👎 thumbs down sign;
    ✊ raised fist; 👊 fisted hand sign; 🤛 left-facing fist; 🤜 right-facing fist; 👏 clapping hands sign;
    🙌 person raising both hands in celebration; 👐 open hands sign; 🤲 palms up together; 🤝 handshake;
    🙏 person with folded hands; ✍️ writing hand; 💅 nail polish; 🤳 selfie; 💪 flexed biceps; 🦵 leg; 🦶 foot; 👂 ear;
    👃 nose; 🧠 brain; 👀 eyes; 👁️ eye; 👅 tongue; 👄 mouth; 👶 baby; 🧒 child; 👦 boy; 👧 girl; 🧑 adult;
    👱 person with blond hair; 👨 man; 🧔 bearded person; 👩 woman; 🧓 older adult; 👴 older man; 👵 older woman;
    🙍 person frowning; 🙎 person with pouting face; 🙅 face with no good gesture; 🙆 face with ok gesture;
    💁 information desk person; 🙋 happy person raising one hand; 🧏 deaf person; 🙇 person bowing deeply; 🤦 face palm;
    🤷 shrug; 👮 police officer; 🕵️ sleuth or spy; 💂 guardsman; 👷 construction worker; 🤴 prince; 👸 princess;
    🤵 man in tuxedo; 👰 bride with veil; 🤰 pregnant woman; 🤱 breast-feeding; 👼 baby angel; 🎅 father christmas;
    🦸 superhero; 🦹 supervillain; 🧙 mage; 🧚 fairy; 🧛 vampire; 🧜 merperson; 🧝 elf; 🧞 genie; 🧟 zombie; 💆 face massage;
    💇 haircut; 🚶 pedestrian; 🏃 runner; 💃 dancer; 🕺 man dancing; 🧖 person in steamy room; 🧗 person climbing;
    🏇 horse racing; 🏂 snowboarder; 🏄 surfer; 🚣 rowboat; 🏊 swimmer; 🏋️ weight lifter; 🚴 bicyclist;
    🧘 person in lotus position; 🛀 bath; 🛌 sleeping accommodation; 👭 two women holding hands;
    👫 man and woman holding hands; 👬 two men holding hands; 💏 kiss; 💑 couple with heart; 👪 family;
    🗣️ speaking head in silhouette; 👤 bust in silhouette; 👥 busts in silhouette; 👣 footprints
  `],
  ["nature", `
    🐵 monkey face; 🐒 monkey; 🦍 gorilla; 🐶 dog face; 🐕 dog; 🐩 poodle; 🐺 wolf face; 🦊 fox face; 🦝 raccoon;
    🐱 cat face; 🐈 cat; 🦁 lion face; 🐯 tiger face; 🐅 tiger; 🐆 leopard; 🐴 horse face; 🐎 horse; 🦄 unicorn face;
    🦓 zebra face; 🦌 deer; 🐮 cow face; 🐂 ox; 🐄 cow; 🐷 pig face; 🐖 pig; 🐗 boar; 🐏 ram; 🐑 sheep; 🐐 goat;
    🐪 dromedary camel; 🐫 bactrian camel; 🦙 llama; 🦒 giraffe face; 🐘 elephant; 🦏 rhinoceros; 🦛 hippopotamus;
    🐭 mouse face; 🐁 mouse; 🐀 rat; 🐹 hamster face; 🐰 rabbit face; 🐇 rabbit; 🐿️ chipmunk; 🦔 hedgehog; 🦇 bat;
    🐻 bear face; 🐨 koala; 🐼 panda face; 🦥 sloth; 🦦 otter; 🦘 kangaroo; 🐾 paw prints; 🦃 turkey; 🐔 chicken; 🐓 rooster;
    🐣 hatching chick; 🐤 baby chick; 🐦 bird; 🐧 penguin; 🕊️ dove of peace; 🦅 eagle; 🦆 duck; 🦢 swan; 🦉 owl;
    🦩 flamingo; 🦚 peacock; 🦜 parrot; 🐸 frog face; 🐊 crocodile; 🐢 turtle; 🦎 lizard; 🐍 snake; 🐲 dragon face;
    🐉 dragon; 🐳 spouting whale; 🐋 whale; 🐬 dolphin; 🐟 fish; 🐠 tropical fish; 🐡 blowfish; 🦈 shark; 🐙 octopus;
    🐚 spiral shell; 🐌 snail; 🦋 butterfly; 🐛 bug; 🐜 ant; 🐝 honeybee; 🐞 lady beetle; 🕷️ spider; 💐 bouquet;
    🌸 cherry blossom; 🌹 rose; 🥀 wilted flower; 🌺 hibiscus; 🌻 sunflower; 🌼 blossom; 🌷 tulip; 🌱 seedling;
    🌲 evergreen tree; 🌳 deciduous tree; 🌴 palm tree; 🌵 cactus; 🌾 ear of rice; 🌿 herb; 🍀 four leaf clover;
    🍁 maple leaf; 🍂 fallen leaf; 🍃 leaf fluttering in wind; 🍄 mushroom; 🌙 crescent moon; 🌚 new moon with face;
    🌝 full moon with face; 🌞 sun with face; ⭐ white medium star; 🌟 glowing star; ⛅ sun behind cloud; 🌈 rainbow;
    ☔ umbrella with rain drops; ❄️ snowflake; ⛄ snowman without snow; 🔥 fire; 💧 droplet; 🌊 water wave
  `],
  ["food", `
    🍇 grapes; 🍈 melon; 🍉 watermelon; 🍊 tangerine; 🍋 lemon; 🍌 banana; 🍍 pineapple; 🥭 mango; 🍎 red apple;
    🍏 green apple; 🍐 pear; 🍑 peach; 🍒 cherries; 🍓 strawberry; 🥝 kiwifruit; 🍅 tomato; 🥥 coconut; 🥑 avocado;
    🍆 aubergine; 🥔 potato; 🥕 carrot; 🌽 ear of maize; 🥒 cucumber; 🥦 broccoli; 🥜 peanuts; 🌰 chestnut; 🍞 bread;
    🥐 croissant; 🥖 baguette bread; 🥨 pretzel; 🥞 pancakes; 🧀 cheese wedge; 🍖 meat on bone; 🍗 poultry leg;
    🥩 cut of meat; 🥓 bacon; 🍔 hamburger; 🍟 french fries; 🍕 slice of pizza; 🌭 hot dog; 🥪 sandwich; 🌮 taco;
    🌯 burrito; 🥙 stuffed flatbread; 🥚 egg; 🍳 cooking; 🥘 shallow pan of food; 🍲 pot of food; 🥗 green salad;
    🍿 popcorn; 🍱 bento box; 🍘 rice cracker; 🍙 rice ball; 🍚 cooked rice; 🍛 curry and rice; 🍜 steaming bowl;
    🍝 spaghetti; 🍠 roasted sweet potato; 🍢 oden; 🍣 sushi; 🍤 fried shrimp; 🍥 fish cake with swirl design; 🍡 dango;
    🥟 dumpling; 🥠 fortune cookie; 🍦 soft ice cream; 🍧 shaved ice; 🍨 ice cream; 🍩 doughnut; 🍪 cookie;
    🎂 birthday cake; 🍰 shortcake; 🧁 cupcake; 🥧 pie; 🍫 chocolate bar; 🍬 candy; 🍭 lollipop; 🍮 custard; 🍯 honey pot;
    🍼 baby bottle; 🥛 glass of milk; ☕ hot beverage; 🍵 teacup without handle; 🍶 sake bottle and cup;
    🍾 bottle with popping cork; 🍷 wine glass; 🍸 cocktail glass; 🍹 tropical drink; 🍺 beer mug; 🍻 clinking beer mugs;
    🥂 clinking glasses; 🥃 tumbler glass; 🧉 mate drink; 🍽️ fork and knife with plate; 🍴 fork and knife; 🥄 spoon
  `],
  ["places", `
    🌍 earth globe europe-africa; 🌎 earth globe americas; 🌏 earth globe asia-australia; 🗺️ world map;
    🏔️ snow capped mountain; 🌋 volcano; 🏕️ camping; 🏖️ beach with umbrella; 🏜️ desert; 🏝️ desert island;
    🏟️ stadium; 🏛️ classical building; 🏗️ building construction; 🏠 house building; 🏡 house with garden;
    🏢 office building; 🏣 japanese post office; 🏤 european post office; 🏥 hospital; 🏦 bank; 🏨 hotel; 🏩 love hotel;
    🏪 convenience store; 🏫 school; 🏬 department store; 🏭 factory; 🏯 japanese castle; 🏰 european castle; 💒 wedding;
    🗼 tokyo tower; 🗽 statue of liberty; ⛪ church; 🕌 mosque; 🕍 synagogue; ⛲ fountain; ⛺ tent; 🌁 foggy;
    🌃 night with stars; 🌄 sunrise over mountains; 🌅 sunrise; 🌆 cityscape at dusk; 🌇 sunset over buildings;
    🌉 bridge at night; 🎠 carousel horse; 🎡 ferris wheel; 🎢 roller coaster; 💈 barber pole; 🎪 circus tent;
    🚂 steam locomotive; 🚃 railway car; 🚄 high-speed train; 🚅 high-speed train with bullet nose; 🚆 train; 🚇 metro;
    🚉 station; 🚋 tram car; 🚌 bus; 🚎 trolleybus; 🚐 minibus; 🚑 ambulance; 🚒 fire engine; 🚓 police car; 🚕 taxi;
    🚗 automobile; 🚙 recreational vehicle; 🚚 delivery truck; 🚛 articulated lorry; 🚜 tractor; 🛴 scooter; 🚲 bicycle;
    🛵 motor scooter; 🏍️ racing motorcycle; 🛺 auto rickshaw; 🚏 bus stop; ⛽ fuel pump; 🚨 police cars revolving light;
    🚦 vertical traffic light; 🛑 octagonal sign; 🚧 construction sign; ⚓ anchor; ⛵ sailboat; 🚤 speedboat;
    🛳️ passenger ship; 🚢 ship; ✈️ airplane; 🛫 airplane departure; 🛬 airplane arriving; 💺 seat; 🚁 helicopter;
    🚠 mountain cableway; 🛰️ satellite; 🚀 rocket; 🛸 flying saucer
  `],
  ["things", `
    ⌚ watch; 📱 mobile phone; 💻 personal computer; ⌨️ keyboard; 🖥️ desktop computer; 🖨️ printer;
    🖱️ three button mouse; 💾 floppy disk; 💿 optical disc; 📷 camera; 📸 camera with flash; 📹 video camera;
    🎥 movie camera; 📞 telephone receiver; ☎️ black telephone; 📺 television; 📻 radio; 🎙️ studio microphone;
    ⏰ alarm clock; ⏳ hourglass with flowing sand; 🔋 battery; 🔌 electric plug; 💡 electric light bulb;
    🔦 electric torch; 🕯️ candle; 💸 money with wings; 💵 banknote with dollar sign; 💴 banknote with yen sign;
    💶 banknote with euro sign; 💷 banknote with pound sign; 💰 money bag; 💳 credit card; 💎 gem stone; ⚖️ scales;
    🔧 wrench; 🔨 hammer; ⚒️ hammer and pick; 🛠️ hammer and wrench; ⛏️ pick; 🔩 nut and bolt; ⚙️ gear; 🔫 pistol;
    💣 bomb; 🔪 hocho; 🛡️ shield; 🚬 smoking; 🔮 crystal ball; 💊 pill; 💉 syringe; 🧬 dna double helix; 🌡️ thermometer;
    🚽 toilet; 🚿 shower; 🛁 bathtub; 🧴 lotion bottle; 🧷 safety pin; 🧹 broom; 🧺 basket; 🧻 roll of paper;
    🧼 bar of soap; 🔑 key; 🗝️ old key; 🚪 door; 🛋️ couch and lamp; 🛏️ bed; 🧸 teddy bear; 🎁 wrapped present;
    🎈 balloon; 🎏 carp streamer; 🎀 ribbon; 🎊 confetti ball; 🎉 party popper; ✉️ envelope;
    📩 envelope with downwards arrow above; 📨 incoming envelope; 📧 e-mail; 💌 love letter; 📦 package; 🏷️ label;
    📪 closed mailbox with lowered flag; 📮 postbox; 📜 scroll; 📃 page with curl; 📄 page facing up; 📑 bookmark tabs;
    📊 bar chart; 📈 chart with upwards trend; 📉 chart with downwards trend; 🗒️ spiral note pad; 📅 calendar;
    🗑️ wastebasket; 📋 clipboard; 📁 file folder; 📂 open file folder; 📰 newspaper; 📓 notebook; 📕 closed book;
    📗 green book; 📘 blue book; 📙 orange book; 📚 books; 📖 open book; 🔖 bookmark; 🔗 link; 📎 paperclip;
    📐 triangular ruler; 📏 straight ruler; ✂️ black scissors; 📌 pushpin; 📍 round pushpin;
    🖊️ lower left ballpoint pen; ✒️ black nib; ✏️ pencil; 🔍 left-pointing magnifying glass; 🔏 lock with ink pen;
    🔐 closed lock with key; 🔒 lock; 🔓 open lock; ⚽ soccer ball; 🏀 basketball and hoop; 🏈 american football;
    ⚾ baseball; 🎾 tennis racquet and ball; 🏐 volleyball; 🎱 billiards; 🏓 table tennis paddle and ball;
    🏸 badminton racquet and shuttlecock; 🥅 goal net; ⛳ flag in hole; 🏹 bow and arrow; 🎣 fishing pole and fish;
    🥊 boxing glove; 🎽 running shirt with sash; 🛹 skateboard; ⛸️ ice skate; 🎿 ski and ski boot; 🏆 trophy;
    🥇 first place medal; 🥈 second place medal; 🥉 third place medal; 🏅 sports medal; 🎖️ military medal; 🎫 ticket;
    🎨 artist palette; 🎬 clapper board; 🎤 microphone; 🎧 headphone; 🎼 musical score; 🎹 musical keyboard;
    🥁 drum with drumsticks; 🎷 saxophone; 🎺 trumpet; 🎸 guitar; 🎻 violin; 🎲 game die; 🎯 direct hit; 🎮 video game;
    🧩 jigsaw puzzle piece; 👓 eyeglasses; 🕶️ dark sunglasses; 👔 necktie; 👕 t-shirt; 👖 jeans; 👗 dress; 👙 bikini;
    👚 womans clothes; 👛 purse; 👜 handbag; 🎒 school satchel; 👞 mans shoe; 👟 athletic shoe; 👠 high-heeled shoe;
    👑 crown; 👒 womans hat; 🎩 top hat; 🎓 graduation cap; 💄 lipstick; 💍 ring; ☂️ umbrella; 🌂 closed umbrella
  `],
  ["signs", `
    ❤️ black heart; 🧡 orange heart; 💛 yellow heart; 💚 green heart; 💙 blue heart; 💜 purple heart; 🖤 black heart;
    🤍 white heart; 🤎 brown heart; 💔 broken heart; 💕 two hearts; 💞 revolving hearts; 💓 beating heart;
    💗 growing heart; 💖 sparkling heart; 💘 heart with arrow; 💝 heart with ribbon; 💟 heart decoration; 💋 kiss mark;
    💯 hundred points; 💢 anger; 💥 collision; 💫 dizzy; 💦 splashing sweat; 💨 dash; 💬 speech balloon;
    💭 thought balloon; 💤 sleeping; ✅ white check mark; ❌ cross mark; ⭕ large circle; ❗ exclamation mark;
    ❓ black question mark ornament; ⁉️ exclamation question mark; ‼️ double exclamation mark; ⚠️ warning sign;
    🚫 no entry sign; ⛔ no entry; 🔞 no one under eighteen; ♻️ black universal recycling; ✔️ check mark; ➕ plus sign;
    ➖ minus sign; ➗ division sign; ✖️ multiplication x; 💲 dollar sign; ©️ copyright sign; ®️ registered sign;
    ™️ trade mark sign; ▶️ black right-pointing triangle; ⏸️ double vertical bar; ⏹️ black square for stop;
    ⏩ black right-pointing double triangle; ⏪ black left-pointing double triangle;
    🔼 up-pointing small red triangle; 🔽 down-pointing small red triangle; ➡️ black rightwards arrow;
    ⬅️ leftwards black arrow; ⬆️ upwards black arrow; ⬇️ downwards black arrow; ↗️ north east arrow;
    ↘️ south east arrow; ↙️ south west arrow; ↖️ north west arrow; ↕️ up down arrow; ↔️ left right arrow;
    🔄 anticlockwise downwards and upwards open circle arrows; 🔙 back with leftwards arrow above;
    🔚 end with leftwards arrow above; 🔛 on with exclamation mark with left right arrow above;
    🔜 soon with rightwards arrow above; 🔝 top with upwards arrow above; 🔔 bell; 🔕 bell with cancellation stroke;
    📣 cheering megaphone; 🎵 musical note; 🎶 multiple musical notes; 🔴 large red circle; 🟠 large orange circle;
    🟡 large yellow circle; 🟢 large green circle; 🔵 large blue circle; 🟣 large purple circle; ⚫ medium black circle;
    ⚪ medium white circle; 🟤 large brown circle; 🔺 up-pointing red triangle; 🔻 down-pointing red triangle;
    🔶 large orange diamond; 🔷 large blue diamond; ♠️ black spade suit; ♣️ black club suit; ♥️ black heart suit;
    ♦️ black diamond suit; 🏁 chequered flag; 🚩 triangular flag on post; 🏴 waving black flag; 🏳️ waving white flag
  `],
];

export const GROUPS: readonly Group[] = LISTED.map(([group, text]) => [
  group,
  text.trim().split(/;\s+/).map((entry) => {
    const space = entry.indexOf(" ");
    return [entry.slice(0, space), entry.slice(space + 1)] as const;
  }),
]);
